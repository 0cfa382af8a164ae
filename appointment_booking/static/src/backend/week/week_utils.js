import {is24HourFormat} from "@web/core/l10n/time";

const {DateTime} = luxon;

/**
 * @param {Number} minute of the day, up to 1440
 * @returns {String} as "9:00 AM" or "09:00", in the language of the user
 */
export function formatClock(minute) {
    if (minute === 1440 && is24HourFormat()) {
        return "24:00";
    }
    const time = DateTime.fromObject({
        hour: Math.floor(minute / 60) % 24,
        minute: minute % 60,
    });
    return time.toFormat(is24HourFormat() ? "HH:mm" : "h:mm a");
}

/**
 * @param {Number} hour
 * @returns {String} as "9 AM" or "09:00"
 */
export function formatHour(hour) {
    return is24HourFormat()
        ? formatClock(hour * 60)
        : DateTime.fromObject({hour: hour % 24}).toFormat("h a");
}

/**
 * @param {Object} block
 * @returns {String} as "09:00–12:00"
 */
export function formatSpan(block) {
    return `${formatClock(block.from)}–${formatClock(block.to)}`;
}

/**
 * Put blocks that overlap side by side.
 *
 * @param {Object[]} blocks of one day
 * @returns {Object[]} the blocks in order, with their `lane` and the number of `lanes` beside each other
 */
export function intoLanes(blocks) {
    const placed = [];
    let group = [];
    let groupEnd = -1;
    const close = () => {
        const lanes = Math.max(0, ...group.map((block) => block.lane + 1));
        group.forEach((block) => (block.lanes = lanes));
        group = [];
    };
    for (const block of [...blocks].sort((a, b) => a.from - b.from || b.to - a.to)) {
        if (block.from >= groupEnd) {
            close();
        }
        const taken = group.filter((other) => other.to > block.from);
        let lane = 0;
        while (taken.some((other) => other.lane === lane)) {
            lane++;
        }
        const entry = {...block, lane};
        group.push(entry);
        placed.push(entry);
        groupEnd = Math.max(groupEnd, block.to);
    }
    close();
    return placed;
}

/**
 * @param {Object} block with `from` and `to`
 * @param {Object[]} holes blocks of the same day
 * @returns {Object[]} copies of the block for what is left of it
 */
export function without(block, holes) {
    let pieces = [block];
    for (const hole of holes) {
        pieces = pieces.flatMap((piece) =>
            hole.to <= piece.from || piece.to <= hole.from
                ? [piece]
                : [
                      {...piece, to: hole.from},
                      {...piece, from: hole.to},
                  ].filter(({from, to}) => from < to)
        );
    }
    return pieces;
}

/**
 * @param {Object[]} blocks
 * @param {Number[]} least the hours that are shown in any case
 * @returns {Number[]} the first and the last hour that are worth showing
 */
export function visibleHours(blocks, [earliest, latest]) {
    const telling = blocks.filter(
        (block) => block.kind !== "busy" && block.to - block.from < 1440
    );
    const first = Math.min(earliest * 60, ...telling.map((block) => block.from));
    const last = Math.max(latest * 60, ...telling.map((block) => block.to));
    return [Math.floor(first / 60), Math.ceil(last / 60)];
}
