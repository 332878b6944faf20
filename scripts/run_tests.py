"""All tests: on SQLite, then on PostgreSQL when TEST_DATABASE_URL is set, the browser ones when Chromium is there.

What cannot run here is said plainly; with CI=true it is a failure.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CI = os.environ.get("CI") == "true"
WORKERS = os.environ.get("TEST_WORKERS", "2")


def browser():
    """Return the path of a Chromium, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next((path for name in names if (path := shutil.which(name))), None)


def pytest(title, *arguments, **environment):
    """Run one part and return whether it passed."""
    print(f"\n=== {title} ===", flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *arguments], cwd=ROOT, env={**os.environ, **environment}
    )
    return done.returncode == 0


def main():
    missing, passed = [], []
    passed.append(pytest("SQLite", "-n", WORKERS, "-m", "not browser and not postgres", TEST_ENGINE="sqlite"))
    if os.environ.get("TEST_DATABASE_URL"):
        passed.append(pytest("PostgreSQL", "-n", WORKERS, "-m", "not browser", TEST_ENGINE="postgres"))
    else:
        missing.append("PostgreSQL: set TEST_DATABASE_URL=postgres://user@host/name")
    if (chromium := browser()) and (ROOT / "node_modules/axe-core/axe.min.js").exists():
        passed.append(pytest("Browser", "-m", "browser", TEST_ENGINE="sqlite", CHROMIUM=chromium))
    else:
        missing.append("Browser: install Chromium and npm (for axe)")
    for part in missing:
        print(f"SKIPPED {part}", flush=True)
    if missing and CI:
        print("With CI=true a skipped part is a failure.")
    return 0 if all(passed) and not (missing and CI) else 1


if __name__ == "__main__":
    sys.exit(main())
