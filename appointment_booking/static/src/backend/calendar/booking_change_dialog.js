import {Component, onWillStart, useState} from "@odoo/owl";
import {DateTimeInput} from "@web/core/datetime/datetime_input";
import {Dialog} from "@web/core/dialog/dialog";
import {KeepLast} from "@web/core/utils/concurrency";
import {RPCError} from "@web/core/network/rpc";
import {_t} from "@web/core/l10n/translation";
import {is24HourFormat} from "@web/core/l10n/time";
import {localization} from "@web/core/l10n/localization";

/** The reason that the server gave for a refusal; whatever else went wrong is thrown on. */
export function readRefusal(error) {
    if (
        error instanceof RPCError &&
        error.data?.message &&
        !error.data.name?.startsWith("builtins.")
    ) {
        return error.data.message;
    }
    throw error;
}

/** Says what a change of an appointment will do and who is told, before it is made. */
export class BookingChangeDialog extends Component {
    static template = "appointment_booking.ChangeDialog";
    static components = {DateTimeInput, Dialog};
    static props = {
        close: Function,
        title: String,
        confirmLabel: String,
        keepLabel: {type: String, optional: true},
        body: {type: String, optional: true},
        // What the server says of the change; where it is to be chosen still, it is asked for each choice.
        terms: {type: Object, optional: true},
        getTerms: {type: Function, optional: true},
        start: {type: Object, optional: true},
        end: {type: Object, optional: true},
        canChoose: {type: Boolean, optional: true},
        // Whether staff may prefer to tell the booker themselves.
        canTell: {type: Boolean, optional: true},
        // Whether the booker would want to hear of it.
        isAhead: {type: Boolean, optional: true},
        confirm: Function,
        dismiss: {type: Function, optional: true},
    };

    setup() {
        this.env.dialogData.dismiss = () => this.props.dismiss?.();
        this.keepLast = new KeepLast();
        this.state = useState({
            terms: this.props.terms || null,
            start: this.props.start,
            end: this.props.end,
            tell: true,
            outsideReason: "",
            isBusy: false,
        });
        onWillStart(() => this.loadTerms());
    }

    get keepLabel() {
        return this.props.keepLabel || _t("Leave it");
    }

    get format() {
        return `${localization.dateFormat} ${is24HourFormat() ? "HH:mm" : "hh:mm a"}`;
    }

    get isChanged() {
        const {start, end} = this.state;
        return (
            !this.props.canChoose ||
            !start.equals(this.props.start) ||
            !end.equals(this.props.end)
        );
    }

    get canConfirm() {
        const {isBusy, outsideReason, terms} = this.state;
        const isSaid = !terms?.outside || outsideReason.trim();
        return !isBusy && terms && !terms.refusal && this.isChanged && isSaid;
    }

    get told() {
        return this.state.tell || !this.props.canTell ? this.state.terms.told : [];
    }

    async loadTerms() {
        if (this.props.canChoose && this.isChanged) {
            this.state.terms = await this.keepLast.add(
                this.props.getTerms(this.state.start, this.state.end)
            );
        }
    }

    async onChooseStart(start) {
        if (start && !start.equals(this.state.start)) {
            this.state.end = start.plus(this.state.end.diff(this.state.start));
            this.state.start = start;
            await this.loadTerms();
        }
    }

    async onChooseEnd(end) {
        if (end && !end.equals(this.state.end)) {
            this.state.end = end;
            await this.loadTerms();
        }
    }

    /** A refusal at the last moment is told where the choice was made. */
    async onConfirm() {
        if (!this.canConfirm) {
            return;
        }
        this.state.isBusy = true;
        try {
            await this.props.confirm(this.state);
        } catch (error) {
            this.state.isBusy = false;
            if (!this.props.canChoose) {
                this.props.close();
                throw error;
            }
            this.state.terms = {...this.state.terms, refusal: readRefusal(error)};
            return;
        }
        this.props.close();
    }

    onKeep() {
        this.props.dismiss?.();
        this.props.close();
    }
}
