"""What the clinic knows already, so that nobody is asked to type it again."""


def from_record(patient):
    """Return answers for the first page from the patient's record; what is not known is left out."""
    known = {
        "legal_name": patient.full_name,
        "preferred_name": patient.preferred_name,
        "date_of_birth": patient.birth_date.isoformat(),
        "sex": "" if patient.sex == patient.Sex.OTHER else patient.sex,
        "gender": patient.gender,
        "pronouns": patient.pronouns,
        "phone": patient.phone,
        "email": patient.email,
        "address": ", ".join(patient.address_lines),
        "preferred_channel": patient.preferred_channel,
        "language": patient.language,
        "interpreter": "yes" if patient.needs_interpreter else "",
        "access_needs": ["other"] if patient.access_needs else [],
        "access_details": patient.access_needs,
        "emergency_contact": _emergency_contact(patient),
        "occupation": patient.occupation,
    }
    return {key: value for key, value in known.items() if value}


def _emergency_contact(patient):
    if not patient.emergency_name:
        return []
    return [{"name": patient.emergency_name, "relation": patient.emergency_relation, "phone": patient.emergency_phone}]
