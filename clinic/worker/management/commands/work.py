"""`manage.py work`: the second process of a clinic; any number may run at once."""

import signal
import threading

from django.core.management.base import BaseCommand

from clinic.worker.duties import round_of_work


class Command(BaseCommand):
    help = "Sends messages, ends holds, anchors the audit log; runs until it is stopped."

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="do one round and stop")
        parser.add_argument("--pause", type=float, default=5, help="seconds between rounds (default 5)")

    def handle(self, *, once, pause, **options):
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        while True:
            done = round_of_work()
            if once:
                self.stdout.write(", ".join(f"{name}: {count}" for name, count in done.items()))
            if once or stop.wait(pause):
                return
