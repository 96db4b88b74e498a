/**
 * Every address of the screens: views and routes take them from here, never spell them.
 * Ids are printed as they are stored (dashed, lower case). A folder that adds screens adds its addresses here.
 */
export const urls = {
  home: '/',
  /** `prompt` asks a signed-in user too: for the password (`login`), or for another account (`select_account`). */
  signIn: (returnTo?: string, prompt?: 'login' | 'select_account') => {
    const query = new URLSearchParams()
    if (returnTo && returnTo !== '/') query.set('return', returnTo)
    if (prompt) query.set('prompt', prompt)
    return query.size > 0 ? `/sign-in?${query}` : '/sign-in'
  },
  signInAtHost: (returnTo: string, prompt: 'login' | null) => {
    const query = new URLSearchParams({ return: returnTo, ...(prompt && { prompt }) })
    return `/sign-in/host?${query}`
  },
  signOut: '/sign-out',
  /** Of a mail: switches its kind off and on. */
  mailSwitch: (token: string) => `/mail/${token}`,
  mailOneClick: (token: string) => `/mail/${token}/off`,
  device: '/device',
  deviceBack: '/device/back',
  gallery: '/gallery',
  developers: '/developers',
  developersNew: (kind?: 'public' | 'internal') => (kind ? `/developers/new/${kind}` : '/developers/new'),
  developersConnection: (connectionId: string) => `/developers/connections/${connectionId}`,
  /** The screens of one connection: `settings`, `manifest`, `secrets`, … */
  developersPart: (connectionId: string, part: string) => `/developers/connections/${connectionId}/${part}`,
  developersAttempt: (connectionId: string, attemptId: string) =>
    `/developers/connections/${connectionId}/log/${attemptId}`,
  /** The steps of one connection's playground: `test`, `secrets`, `next`, `forget`, `sandbox`, … */
  playground: (connectionId: string, part?: string) =>
    `/developers/connections/${connectionId}/playground${part ? `/${part}` : ''}`,
  sandboxMyself: '/developers/sandbox/myself',
  /** The same as `playground(…, 'sandbox/remove')`, from the list of all connections. */
  sandboxRemove: '/developers/sandbox/remove',
  /** With its hash it is cached until it changes. */
  logo: (connectionId: string, hash?: string) => `/logos/${connectionId}${hash ? `?v=${hash}` : ''}`,
  manifestSchema: '/manifest.schema.json',
  demoPartner: '/demo-partner',
  /** The flow: its cookies are bound to this path, so every form of it posts below. */
  flow: (uid: string) => `/install/${uid}`,
  flowCancel: (uid: string) => `/install/${uid}/cancel`,
  flowBack: (uid: string) => `/install/${uid}/back`,
  flowApproval: (uid: string) => `/install/${uid}/request-approval`,
  flowAllow: (uid: string) => `/install/${uid}/allow`,
  flowWorkspace: (uid: string) => `/install/${uid}/workspace`,
  /** Step two. */
  flowPages: (uid: string) => `/install/${uid}/pages`,
  /** The controls of a page picker; `base` is the address of its screen, such as `flowPages`. */
  picker: {
    ticks: (base: string) => `${base}/ticks`,
    search: (base: string, offset = 0) => `${base}/search${offset ? `?offset=${offset}` : ''}`,
    clear: (base: string) => `${base}/clear`,
    show: (base: string, pageId: string, after?: string) =>
      `${base}/show?page=${pageId}${after ? `&after=${after}` : ''}`,
    hide: (base: string, pageId: string) => `${base}/hide?page=${pageId}`,
    more: (base: string, list: 'shared' | 'private', after?: string) =>
      `${base}/more?list=${list}${after ? `&after=${after}` : ''}`,
  },
  workspace: (workspaceId: string) => `/w/${workspaceId}`,
  page: (workspaceId: string, pageId: string) => `/w/${workspaceId}/p/${pageId}`,
  pageAdd: (workspaceId: string, pageId: string) => `/w/${workspaceId}/p/${pageId}/connections`,
  pageDisconnect: (workspaceId: string, pageId: string, installationId: string) =>
    `/w/${workspaceId}/p/${pageId}/connections/${installationId}/disconnect`,
  connections: (workspaceId: string) => `/settings/${workspaceId}/connections`,
  /** Actions on the ticked rows of a list. */
  selected: (list: string) => `${list}/selected`,
  myConnections: (workspaceId: string) => `/settings/${workspaceId}/my-connections`,
  myConnection: {
    pages: (workspaceId: string, installationId: string) =>
      `/settings/${workspaceId}/my-connections/${installationId}/pages`,
    disconnect: (workspaceId: string, installationId: string) =>
      `/settings/${workspaceId}/my-connections/${installationId}/disconnect`,
    resume: (workspaceId: string, installationId: string) =>
      `/settings/${workspaceId}/my-connections/${installationId}/resume`,
    levels: (workspaceId: string, installationId: string) =>
      `/settings/${workspaceId}/my-connections/${installationId}/levels`,
    renew: (workspaceId: string, installationId: string) =>
      `/settings/${workspaceId}/my-connections/${installationId}/renew`,
  },
  /** One connection in a workspace: its people, and the owners' actions. */
  connection: {
    people: (workspaceId: string, connectionId: string) =>
      `/settings/${workspaceId}/connections/${connectionId}`,
    token: (workspaceId: string, connectionId: string) =>
      `/settings/${workspaceId}/connections/${connectionId}/token`,
    suspend: (workspaceId: string, connectionId: string) =>
      `/settings/${workspaceId}/connections/${connectionId}/suspend`,
    resume: (workspaceId: string, connectionId: string) =>
      `/settings/${workspaceId}/connections/${connectionId}/resume`,
    disconnect: (workspaceId: string, connectionId: string) =>
      `/settings/${workspaceId}/connections/${connectionId}/disconnect`,
  },
  /** One installation of it, by its id. */
  access: {
    pages: (workspaceId: string, connectionId: string, installationId: string) =>
      `/settings/${workspaceId}/connections/${connectionId}/access/${installationId}/pages`,
    suspend: (workspaceId: string, connectionId: string, installationId: string) =>
      `/settings/${workspaceId}/connections/${connectionId}/access/${installationId}/suspend`,
    resume: (workspaceId: string, connectionId: string, installationId: string) =>
      `/settings/${workspaceId}/connections/${connectionId}/access/${installationId}/resume`,
    revoke: (workspaceId: string, connectionId: string, installationId: string) =>
      `/settings/${workspaceId}/connections/${connectionId}/access/${installationId}/revoke`,
  },
  /** `words`: the search. */
  galleryFor: (workspaceId: string, words = '') =>
    `/gallery?${new URLSearchParams({ workspace: workspaceId, ...(words && { q: words }) })}`,
  approved: (workspaceId: string) => `/settings/${workspaceId}/approved`,
  requests: (workspaceId: string) => `/settings/${workspaceId}/requests`,
  policy: (workspaceId: string) => `/settings/${workspaceId}/policy`,
  policyUnapproved: (workspaceId: string) => `/settings/${workspaceId}/policy/unapproved`,
  /** The approved list, and the actions on its connections. */
  approval: {
    add: (workspaceId: string) => `/settings/${workspaceId}/approved/add`,
    addPublisher: (workspaceId: string) => `/settings/${workspaceId}/approved/publishers/add`,
    removePublisher: (workspaceId: string, host?: string) =>
      `/settings/${workspaceId}/approved/publishers/remove${host ? `?${new URLSearchParams({ host })}` : ''}`,
    people: (workspaceId: string, connectionId: string) =>
      `/settings/${workspaceId}/approved/${connectionId}/people`,
    revoke: (workspaceId: string, connectionId: string, userId: string) =>
      `/settings/${workspaceId}/approved/${connectionId}/people/${userId}/revoke`,
    disconnect: (workspaceId: string, connectionId: string) =>
      `/settings/${workspaceId}/approved/${connectionId}/disconnect`,
    remove: (workspaceId: string, connectionId: string) =>
      `/settings/${workspaceId}/approved/${connectionId}/remove`,
  },
  /** A request among those that wait. */
  request: (workspaceId: string, requestId: string) =>
    `/settings/${workspaceId}/requests#request-${requestId}`,
  decideRequest: (workspaceId: string, requestId: string) => `/settings/${workspaceId}/requests/${requestId}`,
  /** A member's requests and offers, and their actions. */
  myRequests: (workspaceId: string) => `/settings/${workspaceId}/my-requests`,
  myRequest: {
    show: (workspaceId: string, requestId: string) => `/settings/${workspaceId}/my-requests/${requestId}`,
    resume: (workspaceId: string, requestId: string) =>
      `/settings/${workspaceId}/my-requests/${requestId}/continue`,
    withdraw: (workspaceId: string, requestId: string) =>
      `/settings/${workspaceId}/my-requests/${requestId}/withdraw`,
    close: (workspaceId: string, requestId: string) =>
      `/settings/${workspaceId}/my-requests/${requestId}/close`,
  },
  /** Installations of members who left, for owners and for the member to whom one is offered. */
  leftBehind: (workspaceId: string) => `/settings/${workspaceId}/hand-over`,
  handOver: {
    offer: (workspaceId: string, installationId: string) =>
      `/settings/${workspaceId}/hand-over/${installationId}`,
    letGo: (workspaceId: string, installationId: string) =>
      `/settings/${workspaceId}/hand-over/${installationId}/let-go`,
    withdraw: (workspaceId: string, offerId: string) => `/settings/${workspaceId}/offers/${offerId}/withdraw`,
    show: (workspaceId: string, offerId: string) => `/settings/${workspaceId}/offers/${offerId}`,
    accept: (workspaceId: string, offerId: string) => `/settings/${workspaceId}/offers/${offerId}/accept`,
    decline: (workspaceId: string, offerId: string) => `/settings/${workspaceId}/offers/${offerId}/decline`,
  },
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
  // After dot segments are resolved, a path that begins with two slashes would name a host.
  if (url.origin !== base || url.pathname.startsWith('//')) return urls.home
  return `${url.pathname}${url.search}`
}

/** The flow that an address of ours belongs to, or null. */
export function flowOf(local: string): string | null {
  return /^\/install\/([\w-]{1,64})(?:[/?]|$)/.exec(local)?.[1] ?? null
}

/** An address that a developer registered, to link to; null unless it is http or https. */
export function outside(text: string | null): string | null {
  if (text === null || !URL.canParse(text)) return null
  return /^https?:$/.test(new URL(text).protocol) ? text : null
}
