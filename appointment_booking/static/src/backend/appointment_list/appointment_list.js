import {Component, onWillStart} from "@odoo/owl";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {ListController} from "@web/views/list/list_controller";
import {STATIC_ACTIONS_GROUP_NUMBER} from "@web/search/action_menus/action_menus";
import {_t} from "@web/core/l10n/translation";
import {download} from "@web/core/network/download";
import {listView} from "@web/views/list/list_view";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {user} from "@web/core/user";

/**
 * The appointments of a list as a file or on paper: what is ticked, else all that the filters leave.
 *
 * @param {Function} getRoot what the view shows
 * @returns {Object}
 */
function useFiles(getRoot) {
    const action = useService("action");
    const orm = useService("orm");
    const ui = useService("ui");
    const files = {formats: ["csv", "xlsx", "xml"], mayExport: false};
    onWillStart(async () => {
        files.mayExport = await user.hasGroup("base.group_allow_export");
    });

    /** @returns {Object} what is listed, as `_find_listed` of the model takes it */
    function getListed() {
        const root = getRoot();
        const ticked = root.selection.length && !root.isDomainSelected;
        return {
            domain: root.domain,
            order: root.orderBy
                .map(({name, asc}) => `${name} ${asc ? "asc" : "desc"}`)
                .join(", "),
            ids: ticked ? root.selection.map((record) => record.resId) : null,
        };
    }

    files.label = (format) => _t("Export as %s", format.toUpperCase());
    files.export = async (format) => {
        ui.block();
        try {
            await download({
                url: `/booking/appointments/export/${format}`,
                data: {
                    data: JSON.stringify({
                        ...getListed(),
                        company_ids: user.context.allowed_company_ids,
                    }),
                },
            });
        } finally {
            ui.unblock();
        }
    };
    files.print = async () => {
        const {domain, order, ids} = getListed();
        const args = [domain, order, ids];
        await action.doAction(
            await orm.call("booking.appointment", "print_list", args)
        );
    };
    return files;
}

class BookingAppointmentListController extends ListController {
    static template = "appointment_booking.AppointmentList";

    setup() {
        super.setup();
        this.files = useFiles(() => this.model.root);
    }
}

registry.category("views").add("booking_appointment_list", {
    ...listView,
    Controller: BookingAppointmentListController,
});

/** On a phone, and beside the cards, there is room for them in the menu alone. */
class BookingFilesMenu extends Component {
    static template = "appointment_booking.FilesMenu";
    static components = {DropdownItem};
    static props = {};

    setup() {
        this.files = useFiles(() => this.env.model.root);
    }
}

registry.category("cogMenu").add("booking-appointment-files", {
    Component: BookingFilesMenu,
    groupNumber: STATIC_ACTIONS_GROUP_NUMBER,
    isDisplayed: ({config, isSmall, searchModel}) =>
        searchModel.resModel === "booking.appointment" &&
        (config.viewType === "kanban" || (config.viewType === "list" && isSmall)),
});
