/** What the demo's connections link to: a page on this server for each address that a developer would have somewhere else. */

/** `github` for GitHub: the part of its addresses that is its own. */
function slugOf(name: string): string {
  return name.toLowerCase().replaceAll(' ', '-')
}

/** `partner`: where the demo partner begins. */
export function siteOf(partner: string, name: string) {
  const website = `${partner}/sites/${slugOf(name)}`
  return {
    website,
    supportUrl: `${website}/help`,
    privacyUrl: `${website}/privacy`,
    termsUrl: `${website}/terms`,
  }
}

export type SitePage = { connection: string; heading: string; sentence: string }

const places: Record<string, { heading: (name: string) => string; what: string }> = {
  '': { heading: name => `The website of ${name}`, what: 'the website' },
  help: { heading: name => `Help with ${name}`, what: 'the help pages' },
  privacy: { heading: name => `Privacy at ${name}`, what: 'the privacy policy' },
  terms: { heading: name => `Terms of ${name}`, what: 'the terms of use' },
}

/** null: no connection of the demo has such a page. `names`: those of the demo's connections. */
export function sitePage(names: readonly string[], slug: string, place: string): SitePage | null {
  const name = names.find(one => slugOf(one) === slug)
  const found = Object.hasOwn(places, place) ? places[place] : undefined
  if (!name || !found) return null
  return {
    connection: name,
    heading: found.heading(name),
    sentence: `Here would be ${found.what}, on a server of the developer’s own. The demo has no such server.`,
  }
}
