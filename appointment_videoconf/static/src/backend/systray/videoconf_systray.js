import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {session} from "@web/session";
import {useService} from "@web/core/utils/hooks";

/** The camera in the top bar: from anywhere in Odoo to the window where a video conference is organised. */
export class VideoconfSystray extends Component {
    static template = "appointment_videoconf.Systray";
    static props = {};

    setup() {
        this.action = useService("action");
    }

    organise() {
        this.action.doAction("appointment_videoconf.videoconf_organise_action");
    }
}

if (session.videoconf_enabled) {
    registry
        .category("systray")
        .add(
            "appointment_videoconf.systray",
            {Component: VideoconfSystray},
            {sequence: 22}
        );
}
