"""What brings the demo's patients: complaints with the segments, muscles, codes and words that belong to them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Story:
    """One kind of complaint. `segments` are (code, sides), `muscles` slugs, `site` the treated body site."""

    complaint: str
    region: str
    site: str
    segments: tuple[tuple[str, str], ...]
    muscles: tuple[str, ...]
    codes: tuple[str, ...]
    mechanisms: tuple[str, ...]
    drivers: tuple[str, ...]
    exercise: str
    worse: tuple[str, ...]
    better: tuple[str, ...]
    weight: int
    radiates: bool = False
    sides: str = "LR"


STORIES = (
    Story(
        "Low back spasm after lifting",
        "lumbar",
        "low_back",
        (("L4", "LR"), ("L5", "LR"), ("SI", "LR"), ("T12", "LR")),
        ("erector_spinae", "quadratus_lumborum", "multifidus_lumbar"),
        ("M62.830", "M54.59", "M99.03"),
        ("lift", "lift", "overuse"),
        ("muscle", "joint"),
        "pelvic-tilt",
        ("bending with a twist", "getting out of the car", "putting on socks"),
        ("lying with calves on a chair", "short walks", "warmth in the evening"),
        22,
    ),
    Story(
        "Long-lasting low back pain, worse with sitting",
        "lumbar",
        "low_back",
        (("L3", "LR"), ("L4", "LR"), ("L5", "LR")),
        ("erector_spinae", "multifidus_lumbar", "iliopsoas"),
        ("M54.50", "M99.03", "M62.830"),
        ("gradual", "posture"),
        ("joint", "sensory_motor"),
        "bird-dog",
        ("sitting over half an hour", "long drives", "the end of a work day"),
        ("standing up often", "walking", "resting on the elbows"),
        18,
    ),
    Story(
        "Low back pain that spreads into the leg",
        "lumbar",
        "low_back",
        (("L5", "LR"), ("SI", "LR"), ("S", "")),
        ("piriformis", "gluteus_medius", "quadratus_lumborum"),
        ("M54.41", "M99.03", "M99.04"),
        ("lift", "gradual"),
        ("nerve_root", "disc"),
        "resting-on-your-elbows",
        ("coughing", "bending forward", "sitting low"),
        ("resting on the elbows", "walking on the flat"),
        8,
        radiates=True,
        sides="R",
    ),
    Story(
        "Pain at the back of the pelvis",
        "pelvic",
        "sacroiliac",
        (("SI", "LR"), ("L5", "LR"), ("S", "")),
        ("gluteus_medius", "piriformis", "gluteus_maximus"),
        ("M99.04", "M54.59", "M99.05"),
        ("sport", "gradual", "fall"),
        ("joint",),
        "side-lying-with-a-pillow",
        ("standing on one leg", "stairs", "turning in bed"),
        ("lying on the side with a pillow", "shorter steps"),
        9,
    ),
    Story(
        "Stiff, painful neck",
        "cervical",
        "neck",
        (("C2", "LR"), ("C5", "LR"), ("C6", "LR"), ("T1", "LR")),
        ("trapezius_upper", "levator_scapulae", "splenius_cervicis"),
        ("M54.2", "M62.838", "M99.01"),
        ("posture", "posture", "gradual"),
        ("muscle", "joint"),
        "neck-turns",
        ("looking over the shoulder", "screen work", "waking up"),
        ("small movements", "a warm shower", "changing position"),
        18,
    ),
    Story(
        "Headache that begins in the neck",
        "cervical",
        "neck",
        (("C1", "LR"), ("C2", "LR"), ("C3", "LR")),
        ("suboccipitals", "trapezius_upper", "sternocleidomastoid"),
        ("G44.86", "M54.2", "M99.01"),
        ("posture", "gradual"),
        ("joint", "muscle"),
        "neck-turns",
        ("long reading", "stress", "poor sleep"),
        ("rest in a dark room", "light stretching", "breaks from the screen"),
        9,
    ),
    Story(
        "Pain between the shoulder blades",
        "thoracic",
        "upper_back",
        (("T4", "LR"), ("T5", "LR"), ("T6", "LR"), ("R5", "LR")),
        ("rhomboid_major", "trapezius_middle", "erector_spinae_thoracic"),
        ("M54.6", "M99.02", "M62.830"),
        ("posture", "overuse"),
        ("muscle", "joint"),
        "walking-plan",
        ("desk work", "deep breaths", "carrying bags"),
        ("moving the arms", "lying on the back"),
        12,
    ),
    Story(
        "Calf and hamstring cramps at night",
        "lumbar",
        "calf",
        (("L5", "LR"), ("SI", "LR")),
        ("gastrocnemius", "hamstrings"),
        ("R25.2", "M62.831", "M99.03"),
        ("heat", "overuse", "gradual"),
        ("fluid", "muscle"),
        "standing-calf-stretch",
        ("nights after hard work in the heat", "long standing"),
        ("stretching the calf", "walking on the heels"),
        4,
    ),
)
WEIGHTS = [story.weight for story in STORIES]
ASYMMETRY = ("post R", "post L", "add", "rot R", "rot L", "PI", "AS", "")
RANGE = ("flex", "ext", "rot L", "rot R", "side L", "side R", "")
EXAM = {
    "lumbar": "Walks without a limp. Straight leg raise negative on both sides. Strength, reflexes and feeling equal.",
    "pelvic": "Two of five joint tests positive. Straight leg raise negative. Strength and feeling equal.",
    "cervical": "Turning limited at the end. Strength, reflexes and feeling in the arms equal. Blood pressure taken.",
    "thoracic": "Breathing movement even. Ribs tender at the spine on one side. No nerve signs.",
}
RADIATING_EXAM = "Straight leg raise 50 degrees on the painful side. Strength and reflexes equal, no loss of feeling."
FIRST_ASSESSMENT = "No red flag today. Findings fit {complaint}. Options, usual soreness and rare risks explained."
COURSE_WORDS = {
    "better": ("On course. Pain and tone are down.", "Moves more freely than last time.", "Improving as hoped."),
    "same": ("Little change since last visit.", "Holding. We watch the next two visits.", "Plateau so far."),
    "worse": ("Flare after load. No new nerve signs.", "More tone than last time, cause found in the week's work."),
}
PLAN_WORDS = {
    "better": ("Wider intervals, keep the exercise.", "Same plan, one visit less next week.", "Go on, more walking."),
    "same": ("Same plan for two more visits, then re-examine.", "Change technique, keep the dose.", "Add exercise."),
    "worse": ("Gentle today. See again within the week.", "Ease off, warmth, walk. Doctor if legs weaken."),
}
SPARE = {
    "lumbar": ("Bending with a twist", "Heavy lifting", "Sitting over half an hour"),
    "pelvic": ("Standing on one leg", "Long strides", "Heavy lifting"),
    "cervical": ("Looking up for long", "Overhead work", "Quick turns of the head"),
    "thoracic": ("Overhead work", "Carrying bags on one side", "Leaning over the desk"),
}
OVERRIDE = {
    "osteoporosis": "Light pressure only, mid back spared; benefits and risks discussed, patient agrees.",
    "anticoagulant": "Light pressure, superficial only; dose stable, skin checked before and after.",
    "adhesive_allergy": "Hypoallergenic pads, skin intact before and after.",
    "diabetes": "Feeling tested and intact, five minutes only, skin checked.",
    "rheumatoid_arthritis": "Disease quiet, far from the affected joints, low force.",
    "pregnancy": "Short, mild warmth away from the belly; agreed with the patient.",
}
