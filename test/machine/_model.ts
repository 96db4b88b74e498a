/** What people, partners and the directory have done, and what each token must therefore reach. */

export type Who = 'ada' | 'ben' | 'cleo'
export type Page = { parent: number | null; archived: boolean; viewers: Who[] | null }
export type Family = { connection: number; who: Who; live: boolean }
export type Installation = { state: 'active' | 'suspended' | 'revoked'; pages: number[]; ended: boolean }

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
  readonly approved = new Set<number>()
  readonly installations = new Map<string, Installation>()
  readonly families: Family[] = []

  clone(): Model {
    const { people, pages, restrict, approved, installations, families } = this
    return Object.assign(new Model(), {
      people: { ada: { ...people.ada }, ben: { ...people.ben }, cleo: { ...people.cleo } },
      pages: pages.map(page => ({ ...page })),
      restrict,
      approved: new Set(approved),
      installations: new Map([...installations].map(([key, one]) => [key, { ...one }])),
      families: families.map(family => ({ ...family })),
    })
  }

  installation({ connection, who }: { connection: number; who: Who }): Installation | undefined {
    return this.installations.get(`${connection} ${who}`)
  }

  /** The page and all above it, from the page up. */
  path(page: number): number[] {
    const { parent } = this.pages[page]!
    return parent === null ? [page] : [page, ...this.path(parent)]
  }

  canSee(who: Who, page: number): boolean {
    const path = this.path(page)
    const { viewers } = this.pages[path.at(-1)!]!
    const { disabled, member } = this.people[who]
    const shown = viewers === null || viewers.includes(who)
    return member && !disabled && shown && !path.some(one => this.pages[one]!.archived)
  }

  mayInstall(who: Who, connection: number): boolean {
    const { role, disabled, member } = this.people[who]
    if (!member || disabled) return false
    if (role === 'owner') return true
    if (this.installation({ connection, who })?.state === 'suspended') return false
    return this.restrict === 'none' || (this.restrict === 'approved-list' && this.approved.has(connection))
  }

  isActive(family: Family): boolean {
    const installation = this.installation(family)!
    const { disabled, member } = this.people[family.who]
    return family.live && member && !disabled && installation.state === 'active' && !installation.ended
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

  end(of: (family: Family) => boolean): void {
    for (const family of this.families) if (of(family)) family.live = false
  }
}
