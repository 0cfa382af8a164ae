import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

/**
 * A file that is too big is told at once, before it is sent for minutes in vain. The server looks again.
 */
export class BookingFile extends Interaction {
    static selector = ".o_booking_file_input";
    dynamicContent = {
        _root: {"t-on-change": this.onChange},
    };

    onChange() {
        const {maxBytes, tooBig} = this.el.dataset;
        const isTooBig = [...this.el.files].some(
            (file) => file.size > Number(maxBytes)
        );
        const problem = this.el
            .closest(".o_booking_field")
            .querySelector(".o_booking_file_problem");
        problem.hidden = !isTooBig;
        problem.textContent = isTooBig ? tooBig : "";
        if (isTooBig) {
            this.el.value = "";
        }
    }
}

registry.category("public.interactions").add("appointment_booking.file", BookingFile);
