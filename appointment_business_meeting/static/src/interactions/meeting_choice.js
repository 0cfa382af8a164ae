import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

/**
 * Slots to be proposed: no more than may be, and only those in which the chosen space is free. The server looks again.
 */
export class MeetingChoice extends Interaction {
    static selector = ".o_meeting_choice";
    dynamicContent = {
        _root: {"t-on-change": this.update},
    };

    setup() {
        this.space = this.el.closest("form").querySelector(".o_meeting_space_choice");
    }

    start() {
        if (this.space) {
            this.addListener(this.space, "change", this.update);
        }
        this.update();
    }

    update() {
        const boxes = [...this.el.querySelectorAll("input[name=slot]")];
        const space = this.space?.value;
        for (const box of boxes) {
            box.dataset.off =
                space && !box.dataset.spaces.split(" ").includes(space) ? "1" : "";
            box.checked &&= !box.dataset.off;
        }
        const isFull =
            boxes.filter((box) => box.checked).length >= Number(this.el.dataset.most);
        for (const box of boxes) {
            box.disabled = Boolean(box.dataset.off) || (isFull && !box.checked);
        }
    }
}

registry
    .category("public.interactions")
    .add("appointment_business_meeting.choice", MeetingChoice);
