"""What to try when an iPhone gives trouble: the problems, and the search for a caller's own."""

from assistant.shop.knowledge.problems import Knowledge, Problem
from assistant.shop.knowledge.reading import KnowledgeError, load
from assistant.shop.knowledge.search import find

__all__ = ["Knowledge", "KnowledgeError", "Problem", "find", "load"]
