"""Operations from submission to expiry; a service that is killed."""
