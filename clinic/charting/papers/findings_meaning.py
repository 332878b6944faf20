"""What findings mean, and what must not wait: fixed sentences for the report that a patient takes home. Pure.

Own wording in plain words. They explain what is likely and promise nothing; the signs are those of the red-flag table
(facts 2.3), in the words of somebody who reads them at home.
"""

from django.utils.translation import gettext_lazy

from clinic.charting.models import Episode

Driver = Episode.Driver
MEANS = {
    Driver.MUSCLE: gettext_lazy(
        "Muscles and ligaments in this area are strained or on guard. A muscle on guard stays tense to protect what "
        "lies under it; held for long, that tension hurts by itself and makes movement stiff."
    ),
    Driver.JOINT: gettext_lazy(
        "Some of the small joints of the spine move less freely than they should, and the tissue around them is "
        "irritated. That can hurt on the spot and a little way from it."
    ),
    Driver.DISC: gettext_lazy(
        "A disc, the cushion between two vertebrae, is likely to be irritated. That can make bending and sitting hurt, "
        "and sometimes it irritates a nerve beside it."
    ),
    Driver.NERVE: gettext_lazy(
        "A nerve where it leaves the spine is likely to be irritated. That can send pain, tingling or a dull feeling "
        "into the arm or leg. We watch strength and feeling at each visit."
    ),
    Driver.FLUID: gettext_lazy(
        "Muscles cramp more easily when the body is short of water or salts, when they are tired, or in heat. Often "
        "more than one of these comes together."
    ),
    Driver.SENSORY: gettext_lazy(
        "The muscles and the nerves that steer them do not work together as smoothly as they could. Practice can "
        "change that, and it takes some time."
    ),
    Driver.SYSTEMIC: gettext_lazy(
        "Something outside the spine may take part in this. A physician should look at it as well."
    ),
    Driver.UNKNOWN: gettext_lazy(
        "As with most back and neck pain, no single part can be named as the cause with certainty. What we found is "
        "where care can begin."
    ),
}
DURATION = {
    "acute": gettext_lazy(
        "It began less than four weeks ago. Many people feel easier within weeks when they keep moving."
    ),
    "subacute": gettext_lazy(
        "It has lasted for more than four weeks. Movement and exercise become more important now."
    ),
    "chronic": gettext_lazy(
        "It has lasted for more than three months. The aim is to do more with less trouble; that takes patience, and "
        "we measure whether it works."
    ),
}
SIGNS = (
    gettext_lazy("new numbness around the seat or between the legs"),
    gettext_lazy("new trouble starting, feeling or holding urine or stool"),
    gettext_lazy("weakness or numbness in both legs"),
    gettext_lazy("chest pain or trouble breathing"),
)
BELOW_THE_NECK = ("lumbar", "sacral", "pelvic", "abdomen", "limb", "lower_limb")
NECK_SIGNS = (
    gettext_lazy("a sudden neck pain or headache unlike any before"),
    gettext_lazy("double vision, slurred speech, trouble swallowing, a drooping face or eyelid, or unsteady walking"),
)
SAME_DAY = gettext_lazy(
    "Call us the same day if an arm or a leg gets weaker, with fever or feeling very ill, or if the pain gets much "
    "worse or is there at night whatever you do."
)


def signs_of(region):
    """The signs that must not wait, with those of the neck unless the complaint lies clearly below it."""
    return SIGNS if region in BELOW_THE_NECK else SIGNS + NECK_SIGNS
