/** The pages behind the links of the demo's connections; outside of a demo they would be on the developers' own servers. */

/** The part of a developer's addresses that is its own, such as `github` for GitHub. */
function slugOf(name: string): string {
  return name.toLowerCase().replaceAll(' ', '-')
}

/** `partner`: the address of the demo partner. */
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

/** `names`: the names of the demo's connections. Null for an unknown page. */
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
