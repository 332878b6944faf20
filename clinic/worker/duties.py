"""What the worker does in each round. One failing duty never keeps the others from being done."""

import logging

from django.db import close_old_connections
from django.utils import timezone

from clinic.audit import anchor
from clinic.charting.care import plan_clock, rechecking
from clinic.messaging import outbox
from clinic.scheduling import booking, waitlist_round

log = logging.getLogger(__name__)


def end_holds(now):
    """Let go of held times whose hour has passed; return how many."""
    return booking.end_stale_holds(now)


def serve_waiting_list(now):
    """End offers that are over and offer freed times to those who wait; return how many offers were made."""
    waitlist_round.expire(now)
    return waitlist_round.offer_next(now)


def recheck_plans(now):
    """Hold the care plans against the safety rules again where something new is known; return how many people's."""
    return rechecking.recheck_due(now)


def ring_clocks(now):
    """Ask for the checks, reviews and decisions of care plans that are due; return how many tasks were opened."""
    return plan_clock.ring_due(now)


def send_mail(now):
    """Send the messages that are due; return how many went out."""
    return outbox.send_due(now)


def anchor_log(now):
    """Write the head of the audit chain outside the database; return 0, it is housekeeping."""
    anchor.write()
    return 0


DUTIES = (end_holds, serve_waiting_list, recheck_plans, ring_clocks, send_mail, anchor_log)


def round_of_work(now=None, duties=DUTIES):
    """Do each duty once and return {name: count}; a duty that fails is logged, counted as None and tried next round."""
    now, done = now or timezone.now(), {}
    for duty in duties:
        try:
            done[duty.__name__] = duty(now)
        except Exception:
            log.exception("duty %s failed", duty.__name__)
            done[duty.__name__] = None
            close_old_connections()
    return done
