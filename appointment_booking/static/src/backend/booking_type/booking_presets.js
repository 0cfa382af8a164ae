import {Component, onWillStart, useState} from "@odoo/owl";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {useService} from "@web/core/utils/hooks";

/**
 * Ready-made appointment types, and what creates one and opens it.
 *
 * @returns {Object} `state.presets` and `create(preset)`
 */
function usePresets() {
    const orm = useService("orm");
    const action = useService("action");
    const state = useState({presets: [], creating: false});
    onWillStart(async () => {
        state.presets = await orm
            .cache({type: "ram"})
            .call("booking.type", "get_presets");
    });
    return {
        state,
        async create(preset) {
            if (state.creating) {
                return;
            }
            state.creating = true;
            try {
                await action.doAction(
                    await orm.call("booking.type", "action_create_preset", [
                        preset.kind,
                    ])
                );
            } finally {
                state.creating = false;
            }
        },
    };
}

/** The presets as cards, for who has no appointment type yet. */
export class BookingPresetCards extends Component {
    static template = "appointment_booking.PresetCards";
    static props = {noContentHelp: {type: String, optional: true}};

    setup() {
        this.presets = usePresets();
    }
}

/** The presets behind a button, beside "New". */
export class BookingPresetMenu extends Component {
    static template = "appointment_booking.PresetMenu";
    static components = {Dropdown, DropdownItem};
    static props = {};

    setup() {
        this.presets = usePresets();
    }
}
