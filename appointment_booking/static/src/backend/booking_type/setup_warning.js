import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

/** One line about what keeps visitors from booking, and a button that leads to where it is mended. */
export class BookingSetupWarning extends Component {
    static template = "appointment_booking.SetupWarning";
    static props = {...standardWidgetProps};

    get warning() {
        return this.props.record.data.setup_warning;
    }

    get label() {
        const labels = {
            general: _t("Open General"),
            places: _t("Open Places"),
            team: _t("Open Team"),
            hours: _t("Open Hours"),
            form: _t("Open Form"),
            restrictions: _t("Open Restrictions"),
        };
        return labels[this.props.record.data.setup_page];
    }

    mend(ev) {
        const form = ev.target.closest(".o_form_view");
        const tab = form.querySelector(
            `.o_notebook_headers a[name="${this.props.record.data.setup_page}"]`
        );
        tab?.click();
        tab?.focus();
    }
}

registry.category("view_widgets").add("booking_setup_warning", {
    component: BookingSetupWarning,
    fieldDependencies: [
        {name: "setup_warning", type: "char"},
        {name: "setup_page", type: "char"},
    ],
});
