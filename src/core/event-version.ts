/** Version of the event schema (`events.ts`); it goes up when a field changes its meaning or goes away. */
export const EVENT_VERSION = 1
