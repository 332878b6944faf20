"""Which articles fit what was found today."""

from django.db.models import Count

from clinic.charting.kinds.treating import regions_treated
from content.models import Article, Assignment


def articles_for(visit, conditions, limit=3):
    """Return published articles for the visit's regions, muscles and the patient's `conditions`, best fit first.

    Articles the patient has been given already are left out.
    """
    regions = set(regions_treated([f.segment for f in visit.segment_findings.all()]))
    regions |= {region for t in visit.treatments.all() for region in t.regions}
    muscles = {finding.muscle for finding in visit.muscle_findings.all()}
    conditions = {row.code for row in conditions} - {""}
    if not regions and not muscles and not conditions:
        return []
    given = Assignment.objects.of(visit.patient).values("article")
    candidates = Article.objects.published().exclude(pk__in=given).annotate(cited=Count("references"))
    scored = [
        (_fit(article, regions, muscles, conditions), article) for article in candidates.defer("body", "search_text")
    ]
    fitting = sorted((pair for pair in scored if pair[0]), key=lambda pair: (-pair[0], pair[1].title))
    return [article for _, article in fitting[:limit]]


def _fit(article, regions, muscles, conditions):
    """A condition the patient has weighs most, then a muscle, then the region."""
    return (
        3 * len(conditions & set(article.conditions))
        + 2 * len(muscles & set(article.muscles))
        + len(regions & set(article.regions))
    )
