from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..providers import KINDS, Account, CredentialsRefused, ProviderError, Timing

ADMIN = "appointment_booking.group_booking_admin"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
# What decides where the account's secret goes, and as whom.
ACCOUNT_FIELDS = frozenset(
    ("kind", "base_url", "auth_url", "account_identifier", "client_identifier", "key_identifier", "host", "secret")
)


class VideoconfProvider(models.Model):
    """A configured account with a provider of video rooms.

    The secret can be entered and replaced, and is read by nobody but the calls to the provider: no form, export or
    log shows it.
    """

    _name = "videoconf.provider"
    _description = "Video Conference Provider"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("jitsi", "Jitsi Meet"),
            ("bigbluebutton", "BigBlueButton"),
            ("zoom", "Zoom"),
            ("teams", "Microsoft Teams"),
            ("google_meet", "Google Meet"),
            ("personal", "Personal meeting link of the organiser"),
        ],
        required=True,
        default="jitsi",
    )
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, help="Without one, all companies may use it."
    )
    base_url = fields.Char(
        string="Address of the server",
        groups=ADMIN,
        help="As https://meet.example.com. When it changes, the secret must be entered again.",
    )
    auth_url = fields.Char(
        string="Address for access tokens",
        groups=ADMIN,
        help="Only for clouds of their own, such as those of authorities. When it changes, the secret must be entered "
        "again.",
    )
    account_identifier = fields.Char(string="Account", groups=ADMIN, copy=False)
    client_identifier = fields.Char(string="Client ID", groups=ADMIN, copy=False)
    key_identifier = fields.Char(string="Key ID", groups=ADMIN, copy=False)
    host = fields.Char(groups=ADMIN, copy=False, help="The user of the provider to whom the meetings belong.")
    secret = fields.Char(
        compute="_compute_secret", inverse="_inverse_secret", groups=ADMIN, exportable=False, copy=False
    )
    secret_kept = fields.Text(groups=fields.NO_ACCESS, copy=False, exportable=False)
    has_secret = fields.Boolean(compute="_compute_has_secret", groups=ADMIN)
    problem = fields.Char(
        groups=ADMIN, readonly=True, copy=False, help="What the provider said when it last refused the account."
    )
    room_count = fields.Integer(compute="_compute_room_count", groups=ADMIN, string="Rooms not ready")

    def _compute_secret(self):
        """Show nothing: what was saved stays here."""
        self.secret = False

    def _inverse_secret(self):
        for provider in self:
            if provider.secret:
                provider.sudo().secret_kept = provider.secret.strip()

    @api.depends("secret_kept")
    def _compute_has_secret(self):
        for provider in self:
            provider.has_secret = bool(provider.sudo().secret_kept)

    def _compute_room_count(self):
        counts = dict(
            self.env["videoconf.room"]
            .sudo()
            ._read_group(
                [("provider_id", "in", self.ids), ("state", "in", ("late", "failed")), ("dropped", "=", False)],
                ["provider_id"],
                ["__count"],
            )
        )
        for provider in self:
            provider.room_count = counts.get(provider, 0)

    @api.constrains("base_url", "auth_url")
    def _check_urls(self):
        for provider in self.sudo():
            for url in filter(None, (provider.base_url, provider.auth_url)):
                if not _is_server(url):
                    raise ValidationError(
                        self.env._("“%s” is no address of a server: it starts with https:// and has no query.", url)
                    )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([_tidy(vals) for vals in vals_list])

    def write(self, vals):
        vals = _tidy(vals)
        changed = self.filtered(lambda provider: provider.kind != vals.get("kind", provider.kind))
        if changed and self.env["videoconf.room"].sudo().search_count([("provider_id", "in", changed.ids)], limit=1):
            raise UserError(self.env._("Rooms were made with this account: add another one for another provider."))
        before = {provider: provider._get_servers() for provider in self}
        result = super().write(vals)
        if ACCOUNT_FIELDS & vals.keys():
            for provider, servers in before.items():
                # Who may point the account to another server must know its secret: it is not carried there.
                if provider._get_servers() != servers and not vals.get("secret"):
                    provider.sudo().secret_kept = False
            self.sudo().problem = False
            self.env["videoconf.room"].sudo()._try_waiting_again(self)
        return result

    def _get_servers(self):
        provider = self.sudo()
        return provider.kind, *(urlsplit(url or "").netloc for url in (provider.base_url, provider.auth_url))

    # Calls

    def _get_adapter(self, user=None):
        """Return the adapter (see ``providers``) for this account.

        :param user: ``res.users`` who organises: of personal links, whose
        """
        self.ensure_one()
        provider = self.sudo()
        account = Account(
            base_url=provider.base_url or "",
            auth_url=provider.auth_url or "",
            account_id=provider.account_identifier or "",
            client_id=provider.client_identifier or "",
            key_id=provider.key_identifier or "",
            host=provider.host or "",
            link=(user and user.sudo().videoconf_link) or "",
            secret=provider.secret_kept or "",
        )
        return KINDS[provider.kind](account, self._get_timing())

    @api.model
    def _get_timing(self):
        """Return how long a call may take."""
        return Timing()

    def _note(self, error):
        """Keep in mind for administrators whether the account was refused."""
        self.ensure_one()
        problem = str(error)[:500] if isinstance(error, CredentialsRefused) else False
        if (problem or not error) and self.sudo().problem != problem:
            self.sudo().problem = problem

    def _is_offline(self):
        """Tell whether its rooms are made at once, without asking a server."""
        self.ensure_one()
        return KINDS[self.sudo().kind].is_offline

    def action_check(self):
        """Try the account, and say in words what came of it."""
        self.ensure_one()
        self.check_access("write")
        try:
            self._get_adapter(self.env.user).check()
        except ProviderError as error:
            message = self.env["videoconf.room"]._tell_error(error.code, self.name)
            text = self.env._("%(message)s The answer was: %(answer)s", message=message, answer=str(error))
            return self._notify_check("danger", self.env._("The connection does not work"), text)
        self.sudo().problem = False
        checked = self.env._("The account was accepted: rooms can be made.")
        if self.kind in ("jitsi", "personal"):
            checked = self.env._("The settings are complete. Rooms need no call to a server, so none was made.")
        return self._notify_check("success", self.env._("The connection works"), checked)

    def _notify_check(self, kind, title, message):
        params = {"type": kind, "title": title, "message": message, "sticky": kind == "danger"}
        params["next"] = {"type": "ir.actions.client", "tag": "soft_reload"}
        return {"type": "ir.actions.client", "tag": "display_notification", "params": params}

    def action_forget_secret(self):
        """Remove the saved secret."""
        self.check_access("write")
        self.sudo().secret_kept = False

    def action_view_rooms(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("appointment_videoconf.videoconf_room_action")
        return dict(action, domain=[("provider_id", "=", self.id)])

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.env["videoconf.room"].sudo().search_count([("provider_id", "in", self.ids)], limit=1):
            raise UserError(self.env._("Rooms were made with this account: archive it instead."))


def _tidy(vals):
    vals = dict(vals)
    for name in ("base_url", "auth_url"):
        if vals.get(name):
            vals[name] = vals[name].strip().rstrip("/")
    return vals


def _is_server(url):
    if len(url) > 500 or any(character.isspace() or not character.isprintable() for character in url):
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    return bool(
        is_safe and parts.hostname and not parts.username and not parts.query and not parts.fragment and port != 0
    )
