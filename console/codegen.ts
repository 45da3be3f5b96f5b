/** Generates the typed documents in `src/gql` from the server's SDL (architecture.md: the console knows the server only through it). */
import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: '../schema.graphql',
  documents: ['src/features/**/*.graphql'],
  generates: {
    'src/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        dedupeFragments: true,
        scalars: {
          CurrencyCode: 'string',
          Date: 'string',
          DateTime: 'string',
          ID: 'string',
          JSONObject: 'Record<string, unknown>',
          Quantity: 'number',
        },
      },
    },
  },
};

export default config;
