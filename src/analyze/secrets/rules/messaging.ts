// Credentials with which messages and mail are sent.
import type { SecretRule } from '../types.ts'
import { token } from './token.ts'

const rotate = (where: string): string => `Revoke it in ${where} and make a new one.`

export const messagingRules: readonly SecretRule[] = [
  token({
    id: 'slack-token',
    what: 'a Slack token',
    prefix: 'xox[abeoprs](?:\\.xox[bp])?-',
    rest: '(?:\\d-)?[A-Za-z0-9-]{20,250}',
    keywords: ['xoxa-', 'xoxb-', 'xoxe-', 'xoxe.xox', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-'],
    revoke: rotate('Slack'),
  }),
  token({
    id: 'slack-app-token',
    what: 'an app token of Slack',
    prefix: 'xapp-',
    rest: '\\d-[A-Z0-9]{8,14}-\\d{10,14}-[a-f0-9]{64}',
    revoke: rotate('Slack'),
  }),
  {
    id: 'chat-webhook',
    what: 'the address of a chat webhook',
    severity: 'medium',
    in: 'text',
    keywords: [
      'hooks.slack.com/',
      'discord.com/api/webhooks/',
      'discordapp.com/api/webhooks/',
      '.webhook.office.com/',
    ],
    pattern:
      /(?:hooks\.slack\.com\/(?:services|workflows|triggers)\/|discord(?:app)?\.com\/api\/webhooks\/\d{16,20}\/|[a-z0-9]+\.webhook\.office\.com\/webhookb2\/)(?<secret>[A-Za-z0-9/@_-]{40,400})/dg,
    reach: 520,
    revoke: 'Remove the webhook and add a new one.',
  },
  {
    id: 'discord-bot-token',
    what: 'the token of a Discord bot',
    severity: 'high',
    in: 'text',
    keywords: ['discord'],
    pattern:
      /discord[\s\S]{0,80}?(?<![A-Za-z0-9])(?<secret>[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40})(?![A-Za-z0-9])/dgi,
    reach: 200,
    revoke: rotate('the developer portal of Discord'),
  },
  {
    id: 'telegram-bot-token',
    what: 'the token of a Telegram bot',
    severity: 'high',
    in: 'text',
    keywords: [':aa'],
    pattern: /(?<![A-Za-z0-9:])\d{8,10}:(?<secret>AA[A-Za-z0-9_-]{33})(?![A-Za-z0-9_-])/dg,
    reach: 60,
    revoke: rotate('a chat with BotFather'),
  },
  {
    id: 'twilio-key',
    what: 'a Twilio credential',
    severity: 'high',
    in: 'text',
    keywords: ['twilio'],
    pattern: /twilio[\s\S]{0,80}?(?<![A-Za-z0-9])(?:SK)?(?<secret>[a-f0-9]{32})(?![A-Za-z0-9])/dgi,
    reach: 200,
    revoke: rotate('the console of Twilio'),
  },
  token({
    id: 'sendgrid-key',
    what: 'a SendGrid key',
    prefix: 'SG\\.',
    rest: '[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}',
    keywords: ['sg.'],
    revoke: rotate('SendGrid'),
  }),
  {
    id: 'mailgun-key',
    what: 'a Mailgun key',
    severity: 'high',
    in: 'text',
    keywords: ['key-'],
    pattern: /(?<![A-Za-z0-9_-])key-(?<secret>[a-f0-9]{32})(?![A-Za-z0-9_-])/dg,
    reach: 48,
    revoke: rotate('Mailgun'),
  },
  {
    id: 'mailchimp-key',
    what: 'a Mailchimp key',
    severity: 'high',
    in: 'text',
    keywords: ['-us'],
    pattern: /(?<![A-Za-z0-9])(?<secret>[a-f0-9]{32})-us\d{1,2}(?![A-Za-z0-9])/dg,
    reach: 48,
    revoke: rotate('Mailchimp'),
  },
  token({
    id: 'brevo-key',
    what: 'a Brevo key',
    prefix: 'xkeysib-',
    rest: '[a-f0-9]{64}-[A-Za-z0-9]{16}',
    revoke: rotate('Brevo'),
  }),
]
