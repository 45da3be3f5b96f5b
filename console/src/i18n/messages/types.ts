/** The shape of a message catalog. Enum labels are keyed by the graph's own enums, so a new value cannot go untranslated. */
import type {
  BillingInterval,
  LimitSource,
  OverQuotaPolicy,
  QuotaLevel,
  SubscriptionChangeKind,
  SubscriptionStatus,
} from '@/gql/graphql';
import type { StreamStatus } from '@/platform';

type Texts<Key extends string> = Record<Key, string>;
type Counted = (count: number) => string;
type Named = (name: string) => string;
type Pair = (first: string, second: string) => string;

interface SignInMessages
  extends Texts<
    | 'title'
    | 'tagline'
    | 'subtitle'
    | 'server'
    | 'serverHint'
    | 'savedServers'
    | 'email'
    | 'password'
    | 'code'
    | 'codeHint'
    | 'submit'
    | 'submitting'
    | 'sessionEnded'
    | 'keychain'
    | 'encryptedFile'
  > {
  removeServer: Named;
  errors: Texts<
    | 'serverInvalid'
    | 'emailInvalid'
    | 'passwordMissing'
    | 'codeInvalid'
    | 'offline'
    | 'refused'
    | 'notAdmin'
    | 'badResponse'
  >;
}

interface RevenueMessages
  extends Texts<
    | 'title'
    | 'mrr'
    | 'mrrLong'
    | 'arr'
    | 'arrLong'
    | 'active'
    | 'trial'
    | 'netNew'
    | 'netNewHint'
    | 'ofTwelve'
    | 'paying'
    | 'notYetPaying'
    | 'chartTitle'
    | 'movementsTitle'
    | 'movementsHint'
    | 'byPlanTitle'
    | 'asChart'
    | 'asTable'
    | 'month'
    | 'plan'
    | 'share'
    | 'subscriptions'
    | 'new'
    | 'expansion'
    | 'contraction'
    | 'churn'
    | 'reactivation'
    | 'net'
    | 'emptyTitle'
    | 'emptyBody'
  > {
  subtitle: Named;
  subscriptionCount: Counted;
  chartSummary: (from: string, to: string, first: string, last: string) => string;
}

interface PlanMessages
  extends Texts<
    | 'title'
    | 'subtitle'
    | 'listTitle'
    | 'plan'
    | 'version'
    | 'monthly'
    | 'annual'
    | 'trial'
    | 'subscribers'
    | 'draft'
    | 'published'
    | 'archived'
    | 'private'
    | 'unpublished'
    | 'free'
    | 'onRequest'
    | 'compareTitle'
    | 'compareHint'
    | 'meter'
    | 'limit'
    | 'policy'
    | 'notIncluded'
    | 'included'
    | 'emptyTitle'
    | 'emptyBody'
    | 'edit'
    | 'editDraft'
    | 'editingHint'
    | 'prices'
    | 'limits'
    | 'versions'
    | 'saveDraft'
    | 'saving'
    | 'saved'
    | 'nothingChanged'
    | 'review'
    | 'changes'
    | 'before'
    | 'after'
    | 'trialLength'
    | 'noChanges'
    | 'publish'
    | 'publishing'
    | 'changedMeanwhile'
  > {
  subscriberCount: Counted;
  trialDays: Counted;
  draftOf: Counted;
  annualSaving: Named;
  notFound: Named;
  editing: Named;
  price: Pair;
  limitOf: Named;
  policyOf: Named;
  unlimitedOf: Named;
  changedCount: Counted;
  reviewTitle: (name: string, version: number) => string;
  reviewBody: Counted;
  publishedToast: (name: string, version: number) => string;
  errors: Texts<'number' | 'summary'> & { decimals: Counted };
}

interface OrganizationMessages
  extends Texts<
    | 'title'
    | 'search'
    | 'planFilter'
    | 'statusFilter'
    | 'anyPlan'
    | 'anyStatus'
    | 'sort'
    | 'sortName'
    | 'sortNameDesc'
    | 'sortNewest'
    | 'sortOldest'
    | 'organization'
    | 'plan'
    | 'status'
    | 'quotas'
    | 'level'
    | 'noPlan'
    | 'emptyTitle'
    | 'emptyBody'
    | 'noMatchTitle'
    | 'noMatchBody'
    | 'clearFilters'
    | 'owner'
    | 'website'
    | 'billingEmail'
    | 'slug'
    | 'inactive'
    | 'members'
    | 'noMembers'
    | 'name'
    | 'role'
    | 'joined'
    | 'subscription'
    | 'noSubscription'
    | 'price'
    | 'period'
    | 'trialEnds'
    | 'cancelsAt'
    | 'timeline'
    | 'noTimeline'
    | 'used'
    | 'perRequest'
    | 'whyTitle'
    | 'noQuotas'
    | 'live'
  > {
  count: Counted;
  memberCount: Counted;
  notFound: Named;
  created: Named;
  version: Counted;
  remaining: Named;
  over: Named;
  reserved: Named;
  resets: Named;
  fromTo: Pair;
}

interface FeedMessages
  extends Texts<
    | 'title'
    | 'subtitle'
    | 'emptyTitle'
    | 'emptyBody'
    | 'up'
    | 'down'
    | 'filter'
    | 'all'
    | 'risingOnly'
    | 'clear'
    | 'noneRising'
    | 'failed'
  > {
  status: Record<StreamStatus, string>;
  retryIn: Counted;
  reached: Pair;
  fell: Pair;
  usage: Pair;
  count: Counted;
}

/** Everything the console says. */
export interface MessageCatalog {
  common: Texts<
    | 'retry'
    | 'cancel'
    | 'close'
    | 'loading'
    | 'none'
    | 'unlimited'
    | 'previous'
    | 'next'
    | 'refresh'
    | 'perMonth'
    | 'perYear'
  > & { back: Named };
  nav: Texts<'label' | 'revenue' | 'plans' | 'organizations' | 'feed' | 'skip' | 'account' | 'signOut' | 'commands'> & {
    unread: Counted;
    version: Named;
  };
  preferences: Texts<'theme' | 'light' | 'dark' | 'system' | 'language' | 'lightTheme' | 'darkTheme'> & {
    toggleTheme: Named;
  };
  offline: Texts<'title' | 'body'>;
  failure: Texts<
    'title' | 'OFFLINE' | 'UNAUTHENTICATED' | 'FORBIDDEN' | 'NOT_FOUND' | 'RATE_LIMITED' | 'BAD_RESPONSE' | 'INTERNAL'
  > & { requestId: Named };
  signIn: SignInMessages;
  revenue: RevenueMessages;
  plans: PlanMessages;
  organizations: OrganizationMessages;
  feed: FeedMessages;
  palette: Texts<'title' | 'placeholder' | 'goTo' | 'preferences' | 'account' | 'nothing' | 'hint' | 'run'> & {
    searchOrganizations: Named;
  };
  level: Record<QuotaLevel, string>;
  policy: Record<OverQuotaPolicy, string>;
  interval: Record<BillingInterval, string>;
  status: Record<SubscriptionStatus, string>;
  access: Record<'FULL' | 'READ_ONLY' | 'BLOCKED', string>;
  source: Record<LimitSource, string>;
  change: Record<SubscriptionChangeKind, (from: string, to: string) => string>;
}
