"""What to try when an iPhone gives trouble: the problems, and the search for a caller's own."""

from assistant.knowledge.problems import Knowledge, Problem
from assistant.knowledge.reading import KnowledgeError, load
from assistant.knowledge.search import find

__all__ = ["Knowledge", "KnowledgeError", "Problem", "find", "load"]
