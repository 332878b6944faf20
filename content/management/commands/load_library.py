"""Loads the starter library; a second run changes nothing, and what the clinic has edited stays as it is."""

from django.core.management.base import BaseCommand, CommandError

from content.library_files import BadLibraryFile
from content.loading import CREATED, KEPT, UNCHANGED, UPDATED, load


class Command(BaseCommand):
    help = "Load the articles, topics and exercises that come with the application."

    def handle(self, *args, **options):
        try:
            done = load()
        except BadLibraryFile as error:
            raise CommandError(str(error)) from error
        for kind, counts in done.items():
            told = ", ".join(f"{counts[state]} {state}" for state in (CREATED, UPDATED, UNCHANGED, KEPT))
            self.stdout.write(f"{kind}: {told}")
