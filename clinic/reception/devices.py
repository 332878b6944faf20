"""Tablets for the check-in: added at the desk, paired on the tablet itself, taken out of use in one click."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clinic.accounts import device_cookie, devices, links
from clinic.accounts.access import by_link, get_or_404, reception_only
from clinic.accounts.models import Device
from clinic.accounts.qr_codes import picture_of
from clinic.accounts.roles import require
from clinic.reception.device_forms import DeviceForm

MOST_LISTED = 50


def _page(request, form, status=200, **more):
    rows = Device.objects.filter(revoked_at=None).select_related("location", "paired_by")[:MOST_LISTED]
    return render(request, "reception/devices.html", {"devices": rows, "form": form, **more}, status=status)


@reception_only
@require_http_methods(["GET", "HEAD", "POST"])
def listed(request):
    """The devices in use; adding one shows its pairing address once, so no redirect: it is kept nowhere."""
    require(request.user, "device.pair")
    if request.method != "POST":
        return _page(request, DeviceForm())
    form = DeviceForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    made, token = devices.add(**form.cleaned_data, by=request.user)
    address = settings.SITE_URL + reverse("checkin:pair", args=[token])
    return _page(request, DeviceForm(), made=made, address=address, code=picture_of(address))


@reception_only
@require_POST
def revoke(request, pk):
    """Take a device out of use: its next tap shows that it is not paired."""
    require(request.user, "device.pair")
    device = devices.revoke(get_or_404(request, Device.objects.all(), pk=pk), by=request.user)
    messages.success(request, _("%(name)s is no longer paired.") % {"name": device.name})
    return redirect("desk:devices")


@by_link("pairing")
@require_http_methods(["GET", "HEAD", "POST"])
def pair(request, link, token):
    """The one button on the tablet. Whoever was signed in there is signed out: patients will hold it."""
    if request.method != "POST":
        return render(request, "reception/kiosk/pair.html", {"token": token})
    try:
        secret = devices.pair(link)
    except links.LinkNotValid:
        return render(request, "accounts/link_not_valid.html", status=404)
    logout(request)
    response = redirect("checkin:find")
    device_cookie.give(response, secret)
    return response
