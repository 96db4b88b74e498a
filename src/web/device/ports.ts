/** The requests of devices whose codes people enter. */
export type DeviceFlows = {
  /** The address at which the flow begins; null: there is no such code, or its time is over. */
  begin(userCode: string): Promise<string | null>
  /**
   * Keeps the outcome of a flow for the device; `code` null: access was not allowed. @returns false where the flow is unknown, or
   * another of the same code was first.
   */
  settle(state: string, code: string | null): Promise<boolean>
}
