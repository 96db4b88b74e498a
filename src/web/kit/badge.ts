/** A word about the thing beside it, and how serious it is. */
export type Badge = { label: string; kind: 'plain' | 'good' | 'warning' | 'danger' | 'accent' }
