import {registry} from "@web/core/registry";

/** Says to the organiser that a conference begins, wherever they are in Odoo, with the way to its room. */
export const videoconfAlert = {
    dependencies: ["bus_service", "notification"],
    start(env, {bus_service: bus, notification}) {
        bus.subscribe("videoconf.alert", ({title, message, url, button}) => {
            const close = notification.add(message, {
                title,
                type: "info",
                sticky: true,
                buttons: [
                    {
                        name: button,
                        primary: true,
                        onClick: () => {
                            window.open(url, "_blank", "noopener");
                            close();
                        },
                    },
                ],
            });
        });
        bus.start();
    },
};

registry.category("services").add("appointment_videoconf.alert", videoconfAlert);
