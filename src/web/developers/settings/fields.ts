/** The controls of a connection's settings, the same where it is created and where it is changed. */
import type { Capability } from '../../../installs/capability.ts'
import type { Connection } from '../../../installs/connection.ts'
import type { ConnectionSettings, SettingsFault } from '../../../installs/registration.ts'
import { type Choices, type Field, field, type TextArea } from '../../kit/field.ts'
import { faultWords, labels, levelWords } from './words.ts'

export type SettingsFields = {
  name: Field
  description: TextArea
  developerName: Field
  /** Links shown to people. */
  links: Field[]
  capabilities: Choices
  people: Choices
  /** Null for an internal connection, which has no consent. */
  optional: Choices | null
  /** Null for an internal connection, which has no flow. */
  flow: {
    installUrl: Field
    redirectUris: TextArea
    client: Choices
    jwksUri: Field
    switches: Choices
  } | null
}

type Member = keyof ConnectionSettings

export function settingsFields(
  kind: Connection['kind'],
  settings: ConnectionSettings,
  faults: SettingsFault[],
): SettingsFields {
  const errorOf = (member: Member) => {
    const fault = faults.find(one => one.member === member)
    return fault ? faultWords(fault) : null
  }
  const box = (member: Member, name: string, more: Partial<Field> = {}) =>
    field(name, labels[member], {
      value: (settings[member] as string | null) ?? '',
      error: errorOf(member),
      ...more,
    })
  return {
    name: box('name', 'name', { required: true, hint: 'People see it when they are asked.' }),
    description: {
      name: 'description',
      label: labels.description,
      value: settings.description ?? '',
      hint: 'Its purpose, in a sentence or two.',
      required: false,
      rows: 3,
      errors: [errorOf('description')].filter(one => one !== null),
      code: false,
    },
    developerName: box('developerName', 'developer_name', { hint: 'The company or person who makes it.' }),
    links: [
      box('website', 'website', { type: 'url' }),
      box('supportEmail', 'support_email', { type: 'email' }),
      box('supportUrl', 'support_url', { type: 'url' }),
      box('privacyUrl', 'privacy_url', { type: 'url' }),
      box('termsUrl', 'terms_url', { type: 'url' }),
    ],
    ...levelFields(kind, settings.capabilities, errorOf('capabilities')),
    optional: kind === 'internal' ? null : optionalFields(settings.optionalCapabilities, faults),
    flow:
      kind === 'internal'
        ? null
        : {
            installUrl: box('installUrl', 'install_url', {
              type: 'url',
              hint: 'Where “Connect” begins in your application; the gallery leads there.',
            }),
            jwksUri: box('jwksUri', 'jwks_uri', {
              type: 'url',
              hint: 'For clients that sign assertions (private_key_jwt) instead of sending a secret. The manifest takes the keys themselves.',
            }),
            ...flowFields(settings, faults),
          },
  }
}

const content: Capability[] = [
  'read_content',
  'update_content',
  'insert_content',
  'read_comments',
  'insert_comments',
]
const people: Capability[] = ['read_user_without_email', 'read_user_with_email']

function levelFields(
  kind: Connection['kind'],
  asked: Capability[],
  error: string | null,
): Pick<SettingsFields, 'capabilities' | 'people'> {
  const option = (value: Capability) => ({
    value,
    label: levelWords[value],
    hint: value,
    checked: asked.includes(value),
  })
  return {
    capabilities: {
      name: 'capabilities',
      legend: labels.capabilities,
      type: 'checkbox',
      hint:
        kind === 'public'
          ? 'The most that it may ask for. Levels that you add later reach an installed connection only when its member consents again.'
          : 'The rights of its token on the pages that it was added to. Changes take effect at once.',
      error,
      options: content.map(option),
    },
    people: {
      name: 'people',
      legend: 'Information about people',
      type: 'radio',
      hint: null,
      error: null,
      options: [
        { value: 'none', label: 'None', hint: null, checked: !people.some(one => asked.includes(one)) },
        ...people.map(option),
      ],
    },
  }
}

function optionalFields(optional: Capability[], faults: SettingsFault[]): Choices {
  const fault = faults.find(one => one.member === 'optionalCapabilities')
  return {
    name: 'optional',
    legend: labels.optionalCapabilities,
    type: 'checkbox',
    hint: 'People may leave these out when they allow access. Your application reads from scope in the token response which were allowed.',
    error: fault ? faultWords(fault) : null,
    options: [...content, ...people].map(value => ({
      value,
      label: value,
      hint: null,
      checked: optional.includes(value),
    })),
  }
}

function flowFields(
  settings: ConnectionSettings,
  faults: SettingsFault[],
): Omit<NonNullable<SettingsFields['flow']>, 'installUrl' | 'jwksUri'> {
  const { clientType } = settings
  return {
    redirectUris: {
      name: 'redirect_uris',
      label: labels.redirectUris,
      value: settings.redirectUris.join('\n'),
      hint: 'One a line, exactly as your application sends them: https, or http on 127.0.0.1, [::1] or localhost; for clients on people’s own devices also a scheme of your own with a dot in it.',
      required: true,
      rows: 4,
      errors: faults.filter(one => one.member === 'redirectUris').map(faultWords),
      code: true,
    },
    client: {
      name: 'client',
      legend: labels.clientType,
      type: 'radio',
      hint: null,
      error: null,
      options: [
        {
          value: 'confidential',
          label: 'On a server of yours',
          hint: 'It keeps a client secret (OAuth calls this a confidential client).',
          checked: clientType === 'confidential',
        },
        {
          value: 'public',
          label: 'On people’s own devices',
          hint: 'An app, or a script in a browser: it keeps no secret and must use PKCE (OAuth calls this a public client).',
          checked: clientType === 'public',
        },
      ],
    },
    switches: {
      name: 'flow',
      legend: 'Flow',
      type: 'checkbox',
      hint: null,
      error: null,
      options: [
        {
          value: 'require_pkce',
          label: labels.requirePkce,
          hint: 'Refuse flows without a code challenge. Recommended, unless your client library drops the verifier.',
          checked: settings.requirePkce,
        },
        {
          value: 'long_lived_tokens',
          label: labels.longLivedTokens,
          hint: 'For platforms that never refresh. They work until somebody disconnects.',
          checked: settings.longLivedTokens,
        },
        {
          value: 'require_par',
          label: labels.requirePar,
          hint: 'Refuse flows that do not begin with a pushed authorization request (RFC 9126).',
          checked: settings.requirePar,
        },
        {
          value: 'device_flow',
          label: labels.deviceFlow,
          hint: 'For tools without a browser: they show a code that people enter at /device (RFC 8628).',
          checked: settings.deviceFlow,
        },
        {
          value: 'require_dpop',
          label: labels.requireDpop,
          hint: 'Refuse token requests without a proof of possession (DPoP, RFC 9449): stolen tokens are of no use then.',
          checked: settings.requireDpop,
        },
        {
          value: 'leave_out_iss',
          label: labels.leaveOutIss,
          hint: 'For clients that break on the iss parameter (RFC 9207) of the callback.',
          checked: settings.leaveOutIss,
        },
      ],
    },
  }
}
