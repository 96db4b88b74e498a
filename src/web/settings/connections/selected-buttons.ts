/** Below the list of connections, and below the people of one. */
export const connectionsButtons = {
  disconnect: { label: 'Disconnect selected', danger: true },
  suspend: { label: 'Suspend selected', danger: false },
}
