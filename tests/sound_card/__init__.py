"""A sound card where there is none; put first on the path, it is the one that is found."""
