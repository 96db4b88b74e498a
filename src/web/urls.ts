/**
 * Every address of the screens, in one place: views and routes take them from here, never spell them.
 * Ids are printed as they are stored (dashed, lower case). A folder that adds screens adds its addresses here.
 */
export const urls = {
  home: '/',
  signIn: (returnTo?: string) =>
    returnTo && returnTo !== '/' ? `/sign-in?return=${encodeURIComponent(returnTo)}` : '/sign-in',
  signOut: '/sign-out',
  gallery: '/gallery',
  developers: '/developers',
  developersConnection: (connectionId: string) => `/developers/connections/${connectionId}`,
  demoPartner: '/demo-partner',
  /** The flow: its cookies are bound to this path, so every form of it posts below. */
  flow: (uid: string) => `/install/${uid}`,
  flowCancel: (uid: string) => `/install/${uid}/cancel`,
  workspace: (workspaceId: string) => `/w/${workspaceId}`,
  page: (workspaceId: string, pageId: string) => `/w/${workspaceId}/p/${pageId}`,
  connections: (workspaceId: string) => `/settings/${workspaceId}/connections`,
  myConnections: (workspaceId: string) => `/settings/${workspaceId}/my-connections`,
  approved: (workspaceId: string) => `/settings/${workspaceId}/approved`,
  requests: (workspaceId: string) => `/settings/${workspaceId}/requests`,
  policy: (workspaceId: string) => `/settings/${workspaceId}/policy`,
  history: (workspaceId: string) => `/settings/${workspaceId}/history`,
}

/**
 * A `return` parameter as an address of ours: path and query, never another host. Browsers read `/\host` and `//host` as
 * another host and drop tabs and line breaks while parsing, so those never pass. Anything else becomes the home page.
 */
export function localPath(text: string | null | undefined): string {
  if (!text?.startsWith('/') || text.length > 2_000 || /[\p{Cc}\\]/u.test(text)) return urls.home
  const base = 'http://ours.invalid'
  if (!URL.canParse(text, base)) return urls.home
  const url = new URL(text, base)
  // A path that begins with two slashes after dot segments are resolved would name a host when it is printed.
  if (url.origin !== base || url.pathname.startsWith('//')) return urls.home
  return `${url.pathname}${url.search}`
}

/** The flow that an address of ours belongs to, or null. */
export function flowOf(local: string): string | null {
  return /^\/install\/([\w-]{1,64})(?:[/?]|$)/.exec(local)?.[1] ?? null
}

/** An address that a developer registered, as something to link to; null unless it is http or https. */
export function outside(text: string | null): string | null {
  if (text === null || !URL.canParse(text)) return null
  return /^https?:$/.test(new URL(text).protocol) ? text : null
}
