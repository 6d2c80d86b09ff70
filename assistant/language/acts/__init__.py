"""What a sentence does, read a second time by a small model that has learned it from examples."""

from assistant.language.acts.asked import Asked as Asked
from assistant.language.acts.asked import asked_by as asked_by
from assistant.language.acts.reader import ACTS as ACTS
from assistant.language.acts.reader import Read as Read
from assistant.language.acts.reader import read as read
