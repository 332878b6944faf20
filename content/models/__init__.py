"""What we teach."""

from content.models.articles import Article, ArticleWord, Author, Reference, Topic
from content.models.assignments import Assignment
from content.models.exercises import Exercise

__all__ = ["Article", "ArticleWord", "Assignment", "Author", "Exercise", "Reference", "Topic"]
