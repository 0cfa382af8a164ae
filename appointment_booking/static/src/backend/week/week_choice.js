import {Component} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";

/** Asks how far a change is to go: on one day only, or every week. */
export class BookingWeekChoice extends Component {
    static template = "appointment_booking.WeekChoice";
    static components = {Dialog};
    static props = {
        close: Function,
        title: String,
        body: {type: String, optional: true},
        choices: Array,
    };

    choose(choice) {
        this.props.close();
        choice.run();
    }
}
