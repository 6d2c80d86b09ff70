"""What developers run: the flowchart, and other helpers beside the program."""
