import {Component, onMounted, useRef} from "@odoo/owl";

/** What a block of the week picture is, and what can be done with it. */
export class BookingWeekCard extends Component {
    static template = "appointment_booking.WeekCard";
    static props = {
        close: Function,
        title: String,
        lines: Array,
        actions: Array,
    };

    setup() {
        this.root = useRef("root");
        onMounted(() => {
            const {el} = this.root;
            const first = el.querySelector(".o_booking_card_action");
            (first || el.querySelector(".btn-close")).focus();
        });
    }

    run(action) {
        this.props.close();
        action.run();
    }
}
