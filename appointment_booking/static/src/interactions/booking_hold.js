import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

const SOON = 120;

/**
 * The time that is left to fill in the form. A page that is left gives the slot back; one that comes into sight again
 * takes it back. Without scripts the server keeps the time alone.
 */
export class BookingHold extends Interaction {
    static selector = ".o_booking_hold";
    dynamicContent = {
        _window: {
            "t-on-pagehide": this.leave,
            "t-on-pageshow": (ev) => ev.persisted && this.resume(),
        },
        _document: {"t-on-submit": () => (this.isSending = true)},
        "button[formaction]": {"t-on-click": this.onClickOtherAction},
        ".o_booking_left": {"t-att-hidden": () => this.left <= 0},
        ".o_booking_left_time": {"t-out": () => this.leftText},
        ".o_booking_countdown": {"t-att-hidden": () => this.left <= 0},
        ".o_booking_soon": {"t-att-hidden": () => this.left > SOON || this.left <= 0},
        ".o_booking_over": {"t-att-hidden": () => this.left > 0},
    };

    setup() {
        this.isSending = false;
        this.announced = "";
        this.setLeft(parseInt(this.el.dataset.seconds, 10));
    }

    start() {
        // Whoever was faster than the scripts is in a field already.
        if (document.activeElement === document.body) {
            document.getElementById("o_booking_errors")?.focus();
        }
        // The answer to a sent form becomes a page like any other: going back to it must not send the form again.
        history.replaceState(history.state, "", location.href);
        this.resume();
        const interval = setInterval(() => this.tick(), 1000);
        this.registerCleanup(() => clearInterval(interval));
    }

    /**
     * Send the form to the button's own address whoever sends it: Odoo's captcha stops the form that was sent by a
     * button, and sends it again without one.
     */
    onClickOtherAction(ev) {
        const {form, formAction} = ev.currentTarget;
        form.action = formAction;
    }

    get left() {
        return Math.ceil((this.end - performance.now()) / 1000);
    }

    get leftText() {
        const left = Math.max(0, this.left);
        return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    }

    setLeft(seconds) {
        this.end = performance.now() + seconds * 1000;
    }

    tick() {
        this.updateContent();
        const part =
            this.left <= 0
                ? ".o_booking_over"
                : this.left <= SOON
                  ? ".o_booking_soon"
                  : "";
        if (part !== this.announced) {
            this.announced = part;
            const status = this.el
                .closest(".o_booking")
                .querySelector(".o_booking_status");
            status.textContent = part && this.el.querySelector(`${part} p`).textContent;
        }
        const confirm = document.querySelector(".o_booking_confirm");
        if (confirm) {
            confirm.disabled = this.left <= 0;
        }
    }

    leave() {
        if (!this.isSending && this.left > 0) {
            navigator.sendBeacon(this.el.dataset.leave, this.signed());
        }
    }

    /** The page is in sight (again): a slot that was about to be given back is kept. */
    async resume() {
        this.isSending = false;
        const response = await this.waitFor(
            fetch(this.el.dataset.resume, {method: "POST", body: this.signed()})
        );
        if (response.ok) {
            const {seconds, note} = await this.waitFor(response.json());
            this.setLeft(seconds);
            this.el.querySelector(".o_booking_hold_note").textContent = note;
            this.tick();
        }
    }

    signed() {
        // Inside another site's frame there is no session: a ticket says that the page is ours.
        const proof = document.querySelector(
            "#o_booking_form [name=csrf_token], #o_booking_form [name=ticket]"
        );
        const data = new FormData();
        data.set(proof.name, proof.value);
        return data;
    }
}

registry.category("public.interactions").add("appointment_booking.hold", BookingHold);
