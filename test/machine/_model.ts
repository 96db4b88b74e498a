/** What people, partners and the directory have done, and what each token must therefore reach. */

export type Who = 'ada' | 'ben' | 'cleo'
export type Page = { parent: number | null; archived: boolean; viewers: Who[] | null }
/** The tokens of one authorization; `changes`: their scope includes changing pages; `retried`: their code was sent again. */
export type Family = { connection: number; who: Who; live: boolean; changes: boolean; retried: boolean }
export type Installation = {
  state: 'active' | 'suspended' | 'revoked'
  /** `by-owner` counts for a revoked one too: it keeps the member from installing it again. */
  suspended: 'by-owner' | 'installer-left' | null
  pages: number[]
  end: 'none' | 'ahead' | 'over'
  changes: boolean
  /** The member allowed changes after the consent: they count for every token. */
  added: boolean
}

export const isLive = ({ state }: Installation) => state !== 'revoked'
export const isBarred = ({ state, suspended }: Installation) =>
  state === 'revoked' && suspended === 'by-owner'

export class Model {
  readonly people = {
    ada: { role: 'owner', disabled: false, member: true },
    ben: { role: 'member', disabled: false, member: true },
    cleo: { role: 'member', disabled: false, member: true },
  }
  /** Two trees: 0 › 1 › 2 and 0 › 3, and 4 › 5. */
  readonly pages: Page[] = [null, 0, 1, 0, null, 4].map(parent => ({
    parent,
    archived: false,
    viewers: null,
  }))
  restrict: 'none' | 'approved-list' | 'owners-only' = 'none'
  readonly off = new Set<number>()
  readonly approved = new Set<number>()
  /** Requests for approval that wait, and those that let their member in where only owners install. */
  readonly waiting = new Set<string>()
  readonly letIn = new Set<string>()
  readonly installations = new Map<string, Installation>()
  readonly families: Family[] = []

  clone(): Model {
    return Object.assign(new Model(), structuredClone({ ...this }))
  }

  installation({ connection, who }: { connection: number; who: Who }): Installation | undefined {
    return this.installations.get(`${connection} ${who}`)
  }

  ofConnection(connection: number): { who: Who; one: Installation }[] {
    const everyone = Object.keys(this.people) as Who[]
    return everyone.flatMap(who => {
      const one = this.installation({ connection, who })
      return one ? [{ who, one }] : []
    })
  }

  /** The page and all above it, from the page up. */
  path(page: number): number[] {
    const { parent } = this.pages[page]!
    return parent === null ? [page] : [page, ...this.path(parent)]
  }

  isThere(who: Who): boolean {
    return this.people[who].member && !this.people[who].disabled
  }

  canSee(who: Who, page: number): boolean {
    const path = this.path(page)
    const { viewers } = this.pages[path.at(-1)!]!
    const shown = viewers === null || viewers.includes(who)
    return this.isThere(who) && shown && !path.some(one => this.pages[one]!.archived)
  }

  mayInstall(who: Who, connection: number): boolean {
    if (!this.isThere(who) || this.off.has(connection)) return false
    return (
      this.people[who].role === 'owner' || (!this.isBarred(who, connection) && this.allows(who, connection))
    )
  }

  isBarred(who: Who, connection: number): boolean {
    const one = this.installation({ connection, who })
    return one !== undefined && one.suspended === 'by-owner'
  }

  /** The policy alone. */
  allows(who: Who, connection: number): boolean {
    if (this.restrict === 'none') return true
    const approved = this.approved.has(connection)
    return this.restrict === 'approved-list' ? approved : approved && this.letIn.has(`${connection} ${who}`)
  }

  isActive(family: Family): boolean {
    const { state, end } = this.installation(family)!
    const isOn = !this.off.has(family.connection)
    return isOn && family.live && this.isThere(family.who) && state === 'active' && end !== 'over'
  }

  changes(family: Family): boolean {
    const { changes, added } = this.installation(family)!
    return changes && (family.changes || added)
  }

  reaches(family: Family, page: number): boolean {
    const { pages } = this.installation(family)!
    return (
      this.isActive(family) &&
      this.canSee(family.who, page) &&
      this.path(page).some(one => pages.includes(one))
    )
  }

  /** Pages that this person can tick, none below another one. */
  choice(who: Who, wanted: number[]): number[] {
    const seen = [...new Set(wanted)].map(one => one % this.pages.length).filter(one => this.canSee(who, one))
    return [...new Set(seen)].filter(
      one =>
        !this.path(one)
          .slice(1)
          .some(above => seen.includes(above)),
    )
  }

  endFamilies(of: (family: Family) => boolean): void {
    for (const family of this.families) if (of(family)) family.live = false
  }

  /** An installation ends when its last authorization does, except for one that is suspended. */
  endFamily(family: Family): void {
    family.live = false
    const { connection, who } = family
    const installation = this.installation(family)!
    const others = this.families.some(one => one.connection === connection && one.who === who && one.live)
    if (!others) installation.state = 'revoked'
    if (!others && installation.suspended === 'installer-left') installation.suspended = null
  }
}
