"""What the demo clinic says about itself."""

INTRODUCTION = (
    "Three chiropractors and a massage therapist, two doors from the public library. We listen first, examine you, "
    "say plainly what we find, and tell you when somebody else should see you instead. You decide what happens next, "
    "and by the fourth week we measure together whether it helps."
)
DISCLAIMER = (
    "Chiropractors hold the degree Doctor of Chiropractic (DC) and work within the license of their state; they are "
    "not medical doctors. Our massage therapist is licensed by the state and does not diagnose. What you read here is "
    "general information. It does not replace an examination, and nobody can promise you a result. Hands-on care can "
    "make you sore for a day or two; rarer risks are explained before you agree to treatment. In an emergency "
    "call 911. "
    "This is a demonstration: the clinic, its staff and its patients are invented."
)
ABOUT = (
    "Low back pain and spasms, older adults, gentle low-force methods. At Harbour Street since 2011.",
    "Neck and shoulder pain, work and sport injuries, return to lifting. Sees teenagers as well.",
    "Long-lasting pain, posture at work, care during and after pregnancy together with your midwife or doctor.",
    "Muscle tension, trigger point work, and massage alongside a chiropractic plan.",
)
CANCELLED_BECAUSE = (
    "Child ill", "Work came up", "Car would not start", "Feeling better, will call", "Has a cold", "Bad weather",
    "Forgot another appointment", "Wants a later time", "Travelling",
)  # fmt: skip
REASONS = (
    "Follow-up", "Back a bit better", "Stiff after the weekend", "Neck tight again", "As planned", "Spasm came back",
)  # fmt: skip
