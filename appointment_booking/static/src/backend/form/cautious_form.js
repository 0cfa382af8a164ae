import {FormController} from "@web/views/form/form_controller";
import {formView} from "@web/views/form/form_view";
import {registry} from "@web/core/registry";

/**
 * New hours and appointments come with defaults that could be saved as they are. Odoo does so when the page is left
 * or hidden. Here they are only saved then if somebody has changed something: a look at the form neither opens slots
 * nor fills the agenda.
 */
class CautiousFormController extends FormController {
    get isUntouched() {
        const {root} = this.model;
        return root.isNew && !root.dirty;
    }

    async beforeUnload() {
        if (!this.isUntouched) {
            await super.beforeUnload(...arguments);
        }
    }

    beforeVisibilityChange() {
        return this.isUntouched ? null : super.beforeVisibilityChange(...arguments);
    }
}

registry.category("views").add("booking_cautious_form", {
    ...formView,
    Controller: CautiousFormController,
});
