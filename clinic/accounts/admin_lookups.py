"""Which filters an address may carry in the admin: those a list shows, and nothing else."""

from django.contrib import admin
from django.contrib.admin.utils import NotRelationField, get_fields_from_path
from django.core.exceptions import FieldDoesNotExist
from django.utils.text import capfirst

LONGEST_NUMBER = 18  # digits that surely fit into a column of either engine


def _is_too_long(value):
    """Is there a number among the values that no row can have? SQLite and PostgreSQL break on it."""
    parts = (part.strip().lstrip("-") for part in str(value).split(","))
    return any(part.isdecimal() and len(part) > LONGEST_NUMBER for part in parts)


class FilteredOnly(admin.ModelAdmin):
    """Mixin for a ModelAdmin: an address such as `?subjective__startswith=a` would let somebody read a text letter by
    letter who may not see it; only the list's own filters are followed. `ByRight` stands left of it."""

    def changelist_view(self, request, extra_context=None):
        """Headed by what is listed; "Select ... to change" is wrong for whoever only reads."""
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def lookup_allowed(self, lookup, value, request=None):
        allowed = {self._path(entry) for entry in self.list_filter} | {"pk", "id"}
        is_offered = self._base(lookup) in allowed and not _is_too_long(value)
        return is_offered and super().lookup_allowed(lookup, value, request)

    def _path(self, entry):
        field = entry[0] if isinstance(entry, (tuple, list)) else entry
        return field if isinstance(field, str) else getattr(field, "parameter_name", "")

    def _base(self, lookup):
        """The field path of a lookup: `kind__exact` -> `kind`, `visited_at__gte` -> `visited_at`."""
        parts = lookup.split("__")
        for end in range(len(parts), 0, -1):
            path = "__".join(parts[:end])
            if self._is_field(path):
                return self._plain(path)
        return lookup

    def _is_field(self, path):
        try:
            get_fields_from_path(self.model, path)
        except (FieldDoesNotExist, NotRelationField):
            return False
        return True

    def _plain(self, path):
        """`kind__id` filters by the same column as `kind`."""
        for ending in ("__id", "__pk", "_id"):
            path = path.removesuffix(ending)
        return path
