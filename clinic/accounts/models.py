"""Who signs in: one person, one e-mail address, one or more roles."""

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from clinic.accounts.roles import STAFF, Role
from clinic.practice.models import Location


def normalise_email(email):
    """Return the address as accounts know it: trimmed and in small letters."""
    return (email or "").strip().casefold()


class UserManager(BaseUserManager["User"]):
    def create_user(self, email, password=None, *, roles=(), **fields):
        """Create an account with its roles; without a password it can only be entered by a code or an invitation."""
        user = self.model(email=normalise_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        RoleGrant.objects.bulk_create([RoleGrant(user=user, role=role) for role in roles])
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, email):
        return self.get(email=normalise_email(email))


class User(AbstractBaseUser, PermissionsMixin):
    """An account. It belongs to one person; a family's shared address is served by grants, not by shared logins."""

    email = models.EmailField(_("e-mail"), unique=True)
    display_name = models.CharField(_("name"), max_length=120)
    is_active = models.BooleanField(_("may sign in"), default=True)
    date_joined = models.DateTimeField(_("since"), default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["display_name"]

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [models.UniqueConstraint(Lower("email"), name="one_account_per_address")]

    def __str__(self):
        return self.display_name or self.email

    def clean(self):
        self.email = normalise_email(self.email)

    @cached_property
    def roles(self):
        """The roles of this account as a frozenset of `Role` values."""
        granted = {Role(grant.role) for grant in self.role_grants.all()}
        return frozenset(granted | ({Role.IT_SUPERUSER} if self.is_superuser else set()))

    @property
    def is_staff(self):
        """Works here (what the Django admin asks)."""
        return bool(self.roles & STAFF)

    @property
    def role_label(self):
        return ", ".join(str(role.label) for role in Role if role in self.roles)

    def get_full_name(self):
        return self.display_name

    def get_short_name(self):
        return self.display_name.split(" ")[0]


class RoleGrant(models.Model):
    """One role of one account, and who gave it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="role_grants")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    granted_at = models.DateTimeField(default=timezone.now)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            models.UniqueConstraint(fields=["user", "role"], name="role_is_granted_once"),
            models.CheckConstraint(name="role_is_known", condition=models.Q(role__in=Role.values)),
        ]

    def __str__(self):
        return f"{self.user}: {self.get_role_display()}"


class SignedLink(models.Model):
    """A link that lets its holder do one thing without an account, until it expires, is used up or is withdrawn.

    Only the hash of the token is kept: who reads the database cannot open the link.
    """

    class Scope(models.TextChoices):
        INTAKE = "intake", _("health history")
        INVITATION = "invitation", _("invitation to the portal")
        OFFER = "offer", _("offer of a freed time")
        CHECKIN = "checkin", _("check-in code")
        PAIRING = "pairing", _("pairing of a device")

    scope = models.CharField(max_length=20, choices=Scope)
    subject_id = models.BigIntegerField()  # what it opens: an intake, a patient (accounts lie below them: a number)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["scope", "subject_id"], name="link_by_subject")]
        constraints = [
            models.CheckConstraint(
                name="link_expires_after_it_is_made", condition=models.Q(expires_at__gt=models.F("created_at"))
            )
        ]

    def __str__(self):
        return f"{self.scope} {self.subject_id}"


class DeviceQuerySet(models.QuerySet):
    def living(self):
        """Devices that may show the check-in: paired, and not taken out of use."""
        return self.exclude(token_hash=None).filter(revoked_at=None)


class Device(models.Model):
    """A tablet of the clinic that shows the check-in without anybody signed in.

    Added by the front desk, paired once on the tablet itself; only the hash of its token is kept here.
    """

    name = models.CharField(_("name"), max_length=60)
    location = models.ForeignKey(Location, models.PROTECT, related_name="devices", verbose_name=_("location"))
    token_hash = models.CharField(max_length=64, unique=True, null=True, editable=False)
    added_at = models.DateTimeField(default=timezone.now)
    added_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    paired_at = models.DateTimeField(_("paired at"), null=True)
    paired_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    last_seen_at = models.DateTimeField(_("last used at"), null=True)
    revoked_at = models.DateTimeField(_("taken out of use at"), null=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = DeviceQuerySet.as_manager()

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="device_is_paired_by_somebody_with_a_token",
                condition=models.Q(token_hash=None, paired_at=None, paired_by=None)
                | models.Q(token_hash__isnull=False, paired_at__isnull=False, paired_by__isnull=False),
            ),
            models.CheckConstraint(
                name="device_is_revoked_by_somebody",
                condition=models.Q(revoked_at=None, revoked_by=None)
                | models.Q(revoked_at__isnull=False, revoked_by__isnull=False),
            ),
            models.CheckConstraint(
                name="device_is_seen_after_pairing",
                condition=models.Q(last_seen_at=None) | models.Q(paired_at__isnull=False),
            ),
        ]

    def __str__(self):
        return self.name
