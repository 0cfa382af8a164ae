import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

/** Says what was booked, with a way to open it; the window closes and what lies under it is loaded again. */
registry.category("actions").add("booking_desk_booked", (env, {params}) => {
    const close = env.services.notification.add(params.message, {
        title: _t("Appointment booked"),
        type: "success",
        buttons: [
            {
                name: _t("Open"),
                primary: true,
                onClick: () => {
                    close();
                    return env.services.action.doAction(params.action);
                },
            },
        ],
    });
    return {type: "ir.actions.act_window_close"};
});
