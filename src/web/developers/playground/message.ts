/** One parameter of an address, and its purpose. */
export type Part = { name: string; value: string; meaning: string }

export type Answer = { status: number; headers: string[]; text: string }

/** `sent`: the address, or the request for a shell; null if the request was laid out before. */
export type Message = {
  title: string
  sentence: string
  sent: { label: string; text: string }
  parts: Part[]
  answer: Answer | null
}
