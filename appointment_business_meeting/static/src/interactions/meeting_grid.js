import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

const FRESH = [".o_meeting_grid", ".o_meeting_counters"];

/**
 * Opening and closing slots without loading the page anew. When anything goes wrong the form is simply sent.
 */
export class MeetingGrid extends Interaction {
    static selector = ".o_meeting_grid_form";
    dynamicContent = {
        _root: {"t-on-submit": this.onSubmit},
    };

    /** @param {SubmitEvent} ev */
    async onSubmit(ev) {
        const button = ev.submitter;
        if (!button?.value) {
            return;
        }
        ev.preventDefault();
        if (this.isBusy) {
            return;
        }
        this.isBusy = true;
        this.el.classList.add("o_meeting_busy");
        const page = await this.waitFor(this.send(button));
        this.isBusy = false;
        this.el.classList.remove("o_meeting_busy");
        if (!page?.querySelector(".o_meeting_grid")) {
            this.sendPlainly(button);
            return;
        }
        for (const selector of FRESH) {
            const old = document.querySelector(selector);
            old.replaceWith(document.adoptNode(page.querySelector(selector)));
        }
        const again =
            (button.id && document.getElementById(button.id)) ||
            this.el.querySelector(`button[value="${button.value}"]`);
        again?.focus({preventScroll: true});
        this.announce(page);
    }

    /** Return the page that answers, or nothing where it is no answer to be shown in place. */
    async send(button) {
        const body = new URLSearchParams(new FormData(this.el));
        body.set(button.name, button.value);
        try {
            const response = await fetch(this.el.action, {method: "POST", body});
            return response.ok
                ? new DOMParser().parseFromString(await response.text(), "text/html")
                : null;
        } catch {
            return null;
        }
    }

    sendPlainly(button) {
        const input = document.createElement("input");
        input.type = "hidden";
        input.name = button.name;
        input.value = button.value;
        this.el.append(input);
        this.el.submit();
    }

    announce(page) {
        const said = page.querySelector(".o_meeting_content .alert");
        const status = document.querySelector(".o_booking_status");
        if (said && status) {
            status.textContent = said.textContent.trim();
        }
    }
}

registry
    .category("public.interactions")
    .add("appointment_business_meeting.grid", MeetingGrid);
