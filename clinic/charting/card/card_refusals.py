"""How the travel card says that something typed cannot be kept."""

CONFLICT, REFUSED = 409, 422


class Refused(Exception):
    """Something typed cannot be kept as it stands; the card says where. `status` is 422, or 409 for a conflict."""

    def __init__(self, status=REFUSED):
        super().__init__(status)
        self.status = status
