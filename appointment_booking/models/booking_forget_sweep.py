import logging

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

FORGOTTEN_AT_ONCE = 100
TRIES = 5


class BookingAppointment(models.Model):
    """Finding the appointments whose personal data have been kept long enough: the scheduled action."""

    _inherit = "booking.appointment"

    @api.model
    def _cron_forget(self):
        """Remove what is due, in small transactions. It may be stopped anywhere: what is done is marked as done."""
        failed = set()
        while True:
            done = self._forget_in_turn(failed)
            left = self.env["ir.cron"]._commit_progress(done, remaining=1 if done else 0)
            if not done or left <= 0:
                break

    @api.model
    def _forget_in_turn(self, failed):
        """Do :meth:`_forget_some` in a transaction of its own, once more where somebody wrote at the same time."""
        for attempt in range(TRIES):
            try:
                done = self._forget_some(failed)
                self.env["ir.cron"]._commit_progress()
                self.env.invalidate_all()
                return done
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
                self.env.cr.rollback()
                self.env.invalidate_all()
                _logger.debug("Removal of personal data, try %s: %s", attempt + 1, error)
        return 0

    @api.model
    def _forget_some(self, failed):
        """Remove the personal data of some appointments; return how many were looked at.

        Rows that somebody works on at this moment are left to the next run; one that cannot be done does not keep the
        others from it.

        :param failed: ids that could not be done in this run; more are added
        """
        query = self._get_forget_query(fields.Datetime.now(), FORGOTTEN_AT_ONCE, failed)
        self.env.cr.execute(SQL("SELECT id FROM booking_appointment WHERE id IN (%s) FOR UPDATE SKIP LOCKED", query))
        due = self.browse([appointment_id for (appointment_id,) in self.env.cr.fetchall()])
        try:
            with self.env.cr.savepoint():
                due._forget_personal_data()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:
            _logger.info("Personal data of some of %s appointments: one by one", len(due), exc_info=True)
            for appointment in due:
                appointment._forget_alone(failed)
        return len(due)

    def _forget_alone(self, failed):
        try:
            with self.env.cr.savepoint():
                self._forget_personal_data()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:
            failed.add(self.id)
            _logger.exception("Personal data of appointment %s were not removed", self.id)

    @api.model
    def _get_forget_query(self, now, limit, leaving_out=()):
        """Return the query of the ids of appointments that have been kept long enough.

        For each type PostgreSQL reads the oldest end of the index on the type and the end of what is not forgotten
        yet; so it does for each company and its appointments without a type. The order holds it to the index: what is
        due lies together there, and not anywhere in the table.
        """
        self.flush_model()
        self.env["booking.type"].flush_model(["keep_rule", "keep_months", "company_id"])
        self.env["res.company"].flush_model(["booking_keep_months"])
        kept = SQL("a.stop < %s - k.months * interval '1 month'", now)
        others = SQL("a.id != ALL(%s) AND a.state != 'hold' AND a.forgotten_at IS NULL", list(leaving_out))
        return SQL(
            """
            (SELECT a.id
               FROM (SELECT t.id, CASE t.keep_rule WHEN 'own' THEN t.keep_months
                                                   WHEN 'company' THEN c.booking_keep_months END AS months
                       FROM booking_type t JOIN res_company c ON c.id = t.company_id) k
              CROSS JOIN LATERAL (SELECT a.id FROM booking_appointment a
                                   WHERE a.type_id = k.id AND %(kept)s AND %(others)s
                                   ORDER BY a.stop LIMIT %(limit)s) a
              WHERE k.months > 0)
            UNION ALL
            (SELECT a.id
               FROM (SELECT c.id, c.booking_keep_months AS months FROM res_company c) k
              CROSS JOIN LATERAL (SELECT a.id FROM booking_appointment a
                                   WHERE a.company_id = k.id AND a.type_id IS NULL AND %(kept)s AND %(others)s
                                   ORDER BY a.stop LIMIT %(limit)s) a
              WHERE k.months > 0)
            LIMIT %(limit)s
            """,
            kept=kept,
            others=others,
            limit=limit,
        )
