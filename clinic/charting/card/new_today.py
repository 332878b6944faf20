"""What of a note is of today, and what was only carried over from the last visit."""

# What is found or done; a row carried from the last visit says nothing of today.
FOUND = (
    *("treatments", "segment_findings", "muscle_findings"),
    *("ranges_of_motion", "nerve_tests", "provoking_movements"),
)


def is_told(visit):
    """Is something told today: typed words, the change since last time, or the check-in that was taken over?"""
    return bool(visit.subjective.strip() or visit.change or visit.check_in_id)


def is_done(visit):
    """Was something found or done today: what was seen, an examination, or a row that is not carried?"""
    if visit.objective.strip() or visit.examinations.all():
        return True
    return any(not row.is_carried for name in FOUND for row in getattr(visit, name).all())
